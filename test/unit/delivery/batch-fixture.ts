import { setImmediate as turn } from 'node:timers/promises';
import { applyBatch } from '../../../shared/delivery/apply-batch.ts';
import type { BatchCall } from '../../../shared/delivery/ask.ts';
import type { BatchEntry } from '../../../shared/delivery/batch-entry.ts';
import { createBriefRetry } from '../../../shared/delivery/brief-retry.ts';
import type { MemberOutcome } from '../../../shared/delivery/member-outcome.ts';
import { createPoliteDestination } from '../../../shared/delivery/polite-destination.ts';
import { createSuspects } from '../../../shared/delivery/suspects.ts';
import type { BatchResult, MicroBatch } from '../../../shared/destinations/destination.ts';
import { recordingDestination } from './recording-destination.ts';

export const FAILED: BatchResult = { kind: 'retry', reason: 'answered 500', serverError: true };
export const REFUSED: BatchResult = { kind: 'refused-whole', reason: 'answered 400' };

interface BatchSettings {
  readonly apply: (batch: MicroBatch) => BatchResult;
  /** Tries after the first; they take real or fake time. */
  readonly retries?: number;
  readonly failuresToOpen?: number;
}

/** Applies batches of one operation as the delivery does, with the calls it made. */
export function batchFixture({ apply, retries = 0, failuresToOpen = 1_000_000 }: BatchSettings) {
  const recorder = recordingDestination({ apply });
  const destination = createPoliteDestination(recorder, { failuresToOpen });
  const suspects = createSuspects();
  const called: BatchCall[] = [];
  const application = {
    destination,
    suspects,
    retryBriefly: createBriefRetry(retries),
    onCalled: (call: BatchCall) => called.push(call),
  };

  return {
    calls: recorder.batches,
    called,
    /** The outcomes' statuses by user. */
    applyTo: async (entries: readonly BatchEntry[]): Promise<Map<string, MemberOutcome>> => {
      const outcomes = await applyBatch(entries, application);
      await turn();
      return new Map(
        entries.flatMap(({ member }, index) => {
          const outcome = outcomes[index];
          return outcome === undefined ? [] : [[member.user, outcome] as const];
        }),
      );
    },
  };
}

/** Entries on their way, as one delivery has them. */
export function entriesOf(
  users: readonly string[],
  gone: AbortSignal = new AbortController().signal,
): BatchEntry[] {
  return users.map((user) => ({
    operation: 'add',
    member: { segment: 's', user, operatedAt: 0 },
    hold: { mayCall: () => !gone.aborted },
    requests: [],
    settle: () => undefined,
    fail: () => undefined,
  }));
}

/** Random numbers from 0 to 1, the same ones every time (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
