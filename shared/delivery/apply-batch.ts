import type { BatchResult, Outcome } from '../destinations/destination.ts';
import { keyOf, type BatchEntry } from './batch-entry.ts';
import type { RetryBriefly } from './brief-retry.ts';
import { NO_OUTCOME, type MemberOutcome } from './member-outcome.ts';
import type { PoliteDestination, PoliteResult } from './polite-destination.ts';
import type { Suspects } from './suspects.ts';

export interface BatchCall {
  readonly entries: readonly BatchEntry[];
  readonly result: PoliteResult;
  readonly durationMs: number;
}

export interface BatchApplication {
  readonly destination: Pick<PoliteDestination, 'apply' | 'paused' | 'answered'>;
  readonly retryBriefly: RetryBriefly;
  readonly suspects: Suspects;
  /** Told of every call. */
  readonly onCalled?: (call: BatchCall) => void;
}

/** Entries of which at least one is at fault, and how that is known. */
interface AtFault {
  readonly entries: readonly BatchEntry[];
  readonly reason: string;
  /** The third party did not refuse them, it kept failing over them. */
  readonly failing: boolean;
}

/**
 * Applies a micro-batch, all adds or all removes, and gives one outcome per entry, in order.
 *
 * A batch that is refused as a whole, or that the third party keeps failing over, is halved until the
 * members at fault are known, so that they do not sink the others: at most 2·k·log2(n) + 1 further calls
 * for k such members among n. A third party that is ill itself does not get that many: the circuit
 * opens first.
 */
export async function applyBatch(
  entries: readonly BatchEntry[],
  { destination, retryBriefly, suspects, onCalled }: BatchApplication,
): Promise<MemberOutcome[]> {
  const answeredBefore = destination.answered();

  async function call(called: readonly BatchEntry[]): Promise<PoliteResult> {
    const live = called.filter(({ gone }) => !gone.aborted);
    const [first] = live;
    if (first === undefined) return { kind: 'paused', reason: GONE_REASON };
    const startedAt = performance.now();
    const members = live.map(({ member }) => member);
    const result = await destination.apply({ operation: first.operation, members });
    onCalled?.({ entries: live, result, durationMs: Math.round(performance.now() - startedAt) });
    return live.length === called.length ? result : withGone(called, live, result);
  }

  /** @param search whether failures are what is looked for: then they are not waited out */
  function ask(part: readonly BatchEntry[], search: boolean): Promise<Asked> {
    return retryBriefly(async () => {
      const once = await call(part);
      return search && isServerError(once) ? { kind: 'failed-again', reason: once.reason } : once;
    });
  }

  async function settle(part: readonly BatchEntry[], result: Asked): Promise<MemberOutcome[]> {
    switch (result.kind) {
      case 'outcomes':
        return part.map((_, index) => result.outcomes[index] ?? NO_OUTCOME);
      case 'refused-whole':
        return findAtFault({ entries: part, reason: result.reason, failing: false });
      case 'failed-again':
        return findAtFault({ entries: part, reason: result.reason, failing: true });
      case 'retry':
        if (isServerError(result) && destination.paused() === undefined) {
          return findAtFault({ entries: part, reason: result.reason, failing: true });
        }
        return part.map(() => ({ status: 'retry', reason: result.reason }));
      case 'paused':
      case 'fault':
        return part.map(() => ({ status: 'retry', reason: result.reason }));
    }
  }

  async function findAtFault({ entries, reason, failing }: AtFault): Promise<MemberOutcome[]> {
    const [only, another] = entries;
    if (only === undefined) return [];
    if (another === undefined) {
      if (!failing) return [{ status: 'rejected', reason }];
      const evidence = { answered: destination.answered(), since: answeredBefore, reason };
      return [suspects.failed(keyOf(only.member), evidence)];
    }
    const middle = Math.floor(entries.length / 2);
    const half = entries.slice(0, middle);
    const rest = entries.slice(middle);
    const askedHalf = await ask(half, failing);
    // Answers must come between the failures: so many in a row would open the circuit.
    const askedRest = askedHalf.kind === 'failed-again' ? await ask(rest, failing) : undefined;
    const first = await settle(half, askedHalf);
    // Nobody in the first half, so somebody in the second: halving it again saves asking.
    const known =
      askedRest === undefined &&
      rest.length > 1 &&
      first.every(({ status }) => status === 'delivered');
    const second = known
      ? await findAtFault({ entries: rest, reason, failing })
      : await settle(rest, askedRest ?? (await ask(rest, failing)));
    return [...first, ...second];
  }

  const outcomes = await settle(entries, await ask(entries, false));
  for (const [index, { status }] of outcomes.entries()) {
    const entry = entries[index];
    if (entry !== undefined && status === 'delivered') suspects.acquit(keyOf(entry.member));
  }
  return outcomes;
}

type Asked = PoliteResult | FailedAgain;

interface FailedAgain {
  readonly kind: 'failed-again';
  readonly reason: string;
}

const GONE_REASON = 'the queue waits no more';
const GONE: Outcome = { status: 'retry', reason: GONE_REASON };

function isServerError(result: PoliteResult): result is Extract<BatchResult, { kind: 'retry' }> {
  return result.kind === 'retry' && result.serverError === true;
}

/** The result of a call that left out who is gone, for all. */
function withGone(
  called: readonly BatchEntry[],
  live: readonly BatchEntry[],
  result: PoliteResult,
): PoliteResult {
  if (result.kind !== 'outcomes') return result;
  const outcomes = new Map(live.map((entry, index) => [entry, result.outcomes[index]]));
  return {
    kind: 'outcomes',
    outcomes: called.map((entry) =>
      outcomes.has(entry) ? (outcomes.get(entry) ?? NO_OUTCOME) : GONE,
    ),
  };
}
