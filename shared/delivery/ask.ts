import type { BatchResult, Outcome } from '../destinations/destination.ts';
import { sleep } from '../sleep.ts';
import type { BatchEntry } from './batch-entry.ts';
import type { RetryBriefly } from './brief-retry.ts';
import type { Pause } from './call-verdict.ts';
import { NO_OUTCOME } from './member-outcome.ts';
import type { PoliteDestination, PoliteResult } from './polite-destination.ts';

export interface BatchCall {
  readonly entries: readonly BatchEntry[];
  readonly result: PoliteResult;
  readonly durationMs: number;
}

export interface Asking {
  readonly destination: Pick<PoliteDestination, 'apply' | 'paused' | 'answered'>;
  readonly retryBriefly: RetryBriefly;
  /** Told of every call. */
  readonly onCalled?: (call: BatchCall) => void;
}

/** What came of asking the third party for a part of a batch. */
export interface Asked {
  /** The outcomes that calls gave; those of `open` may be missing. */
  readonly known: ReadonlyMap<BatchEntry, Outcome>;
  /** Who was in the last call. */
  readonly open: readonly BatchEntry[];
  readonly result: AskedResult;
}

export type AskedResult =
  | PoliteResult
  /** The third party kept failing over them. */
  | { readonly kind: 'failed-again'; readonly reason: string };

/** @param search whether failures are what is looked for: then they are not waited out */
export type Ask = (part: readonly BatchEntry[], search: boolean) => Promise<Asked>;

/** Pauses after failures of its own that a part waits out, as many as there are brief retries. */
const MAX_FAILURES = 5;
/** After a failure of its own: the third party may be there, and fail over this part only. */
const OTHERS_FIRST_MS = 100;
/** How soon a wait ends that nobody waits for any more. */
const LOOK_MS = 500;
const NOT_HELD: Outcome = { status: 'retry', reason: 'its lease does not outlast a call' };

/**
 * A function that sends a part of a batch, and what of it the third party wants later, briefly again. No
 * call begins with a member whose lease does not outlast the call.
 * @param answeredBefore calls that were answered when the batch first went out
 */
export function createAsk(
  { destination, retryBriefly, onCalled }: Asking,
  answeredBefore: number,
): Ask {
  async function call(called: readonly BatchEntry[]): Promise<PoliteResult> {
    let live: readonly BatchEntry[] = [];
    let startedAt = 0;
    const result = await destination.apply(() => {
      live = called.filter(({ hold }) => hold.mayCall());
      startedAt = performance.now();
      const [first] = live;
      return first && { operation: first.operation, members: live.map(({ member }) => member) };
    });
    if (live.length > 0)
      onCalled?.({ entries: live, result, durationMs: Math.round(performance.now() - startedAt) });
    return live.length === called.length ? result : withNotHeld(called, live, result);
  }

  /** Where the third party wants to be left alone after each failure, for a short time first. */
  async function callPatiently(part: readonly BatchEntry[], search: boolean): Promise<AskedResult> {
    for (let failures = 0; ;) {
      const result = await call(part);
      if (search && isServerError(result)) return { kind: 'failed-again', reason: result.reason };
      const pause = pauseAfter(result);
      if (pause?.waitOut !== true) return result;
      if (result.kind === 'retry') failures += 1;
      if (failures === MAX_FAILURES) return givenUp(result, pause);
      const othersFirstMs = result.kind === 'retry' ? OTHERS_FIRST_MS : 0;
      await waitOut(pause.remainingMs + othersFirstMs, part);
    }
  }

  function pauseAfter(result: PoliteResult): Pause | undefined {
    if (result.kind === 'paused') return result;
    return result.kind === 'retry' ? destination.paused() : undefined;
  }

  /** Others were answered meanwhile: it may be a member that it fails over. */
  function givenUp(result: PoliteResult, pause: Pause): AskedResult {
    const reason = 'reason' in result ? result.reason : pause.reason;
    const othersAnswered = destination.answered() > answeredBefore;
    if (isServerError(result) && othersAnswered) return { kind: 'failed-again', reason };
    return { ...pause, kind: 'paused', reason, waitOut: false };
  }

  return async (part, search) => {
    const known = new Map<BatchEntry, Outcome>();
    let open = part;
    const result = await retryBriefly(async () => {
      const answer = await callPatiently(open, search);
      if (answer.kind === 'outcomes') {
        for (const [index, entry] of open.entries()) {
          known.set(entry, answer.outcomes[index] ?? NO_OUTCOME);
        }
        open = open.filter((entry) => known.get(entry)?.status === 'retry');
      }
      return answer;
    });
    return { known, open, result };
  };
}

/** Whether the third party failed over a call, without being busy. */
export function isServerError(
  result: AskedResult,
): result is Extract<BatchResult, { kind: 'retry' }> {
  return result.kind === 'retry' && result.serverError === true;
}

async function waitOut(waitMs: number, part: readonly BatchEntry[]): Promise<void> {
  const until = Date.now() + waitMs;
  while (part.some(({ hold }) => hold.mayCall()) && Date.now() < until) {
    await sleep(Math.min(LOOK_MS, until - Date.now()));
  }
}

/** The result for all of a call that left some out. */
function withNotHeld(
  called: readonly BatchEntry[],
  live: readonly BatchEntry[],
  result: PoliteResult,
): PoliteResult {
  if (result.kind !== 'outcomes') return result;
  const outcomes = new Map(live.map((entry, index) => [entry, result.outcomes[index]]));
  return {
    ...result,
    outcomes: called.map((entry) =>
      outcomes.has(entry) ? (outcomes.get(entry) ?? NO_OUTCOME) : NOT_HELD,
    ),
  };
}
