import { createAsk, isServerError, type Asked, type Asking } from './ask.ts';
import { keyOf, type BatchEntry } from './batch-entry.ts';
import { NO_OUTCOME, type MemberOutcome } from './member-outcome.ts';
import type { Suspects } from './suspects.ts';

export interface BatchApplication extends Asking {
  readonly suspects: Suspects;
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
  { suspects, ...asking }: BatchApplication,
): Promise<MemberOutcome[]> {
  const { destination } = asking;
  const answeredBefore = destination.answered();
  const ask = createAsk(asking, answeredBefore);

  /** The outcomes of a part, in order, those that are open yet found out. */
  async function settle(part: readonly BatchEntry[], asked: Asked): Promise<MemberOutcome[]> {
    const found = await settleOpen(asked);
    const late = new Map(asked.open.map((entry, index) => [entry, found[index]]));
    return part.map((entry) => late.get(entry) ?? asked.known.get(entry) ?? NO_OUTCOME);
  }

  async function settleOpen({ open, known, result }: Asked): Promise<MemberOutcome[]> {
    switch (result.kind) {
      case 'outcomes':
        return open.map((entry) => known.get(entry) ?? NO_OUTCOME);
      case 'refused-whole':
        return findAtFault({ entries: open, reason: result.reason, failing: false });
      case 'failed-again':
        return findAtFault({ entries: open, reason: result.reason, failing: true });
      case 'retry':
        if (isServerError(result) && destination.paused() === undefined) {
          return findAtFault({ entries: open, reason: result.reason, failing: true });
        }
        return open.map(() => ({ status: 'retry', reason: result.reason }));
      case 'paused':
      case 'fault':
        return open.map(() => ({ status: 'retry', reason: result.reason }));
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
    const askedRest =
      askedHalf.result.kind === 'failed-again' ? await ask(rest, failing) : undefined;
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
