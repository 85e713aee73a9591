import { DestinationError } from '../../errors.ts';
import type { BatchResult, MicroBatch } from '../destination.ts';
import { allWith } from '../failed-call.ts';
import type { DropStorage } from './drop-storage.ts';
import { molocoFeed } from './moloco-feed.ts';
import type { FileDropOptions } from './options.ts';
import { storePart } from './parts.ts';
import { rollSegment } from './roll.ts';
import { isSegment } from './segment-name.ts';
import type { Timing } from './timing.ts';
import { tsvFormat } from './tsv-format.ts';
import { unwritable } from './user-id.ts';
import { enterWindow, holdWindow, type HeldWindow } from './window.ts';

/** What turns micro-batches into files. */
export interface Drop {
  /** Resolves when the members are durable; the file is made later. */
  deliver(batch: MicroBatch): Promise<BatchResult>;
  /** From now on windows end at once. */
  endWindows(): void;
  /** Resolves when no window of this instance is open and no file is being made. */
  settled(): Promise<void>;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Stores the members of each micro-batch, and makes a file at the end of each window. */
export function createDrop(
  { format, operations, ...limits }: FileDropOptions,
  storage: DropStorage,
  timing: Timing,
): Drop {
  const closing = new AbortController();
  const windows = { storage, timing, limits, closing: closing.signal };
  const rolls = {
    storage,
    timing,
    format: format === 'tsv' ? tsvFormat : molocoFeed(storage),
  };
  const parts = { storage, now: timing.now, operationColumn: operations === 'column' };
  const underWay = new Set<Promise<void>>();
  /** Why no file could be made of a segment: nobody waits for that, so the next call tells. */
  const failures = new Map<string, unknown>();

  async function store(segment: string, { operation, members }: MicroBatch) {
    const users = members.map(({ user }) => user);
    await storePart({ segment, operation, users }, parts);
    const window = await enterWindow(segment, windows);
    if (window === undefined) return;
    const ended = endWindow(segment, window).finally(() => underWay.delete(ended));
    underWay.add(ended);
  }

  /** Its members are acknowledged already, so it is tried until it is done. */
  async function endWindow(segment: string, window: HeldWindow): Promise<void> {
    let isOurs = false;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        isOurs ||= await holdWindow(window, windows);
        if (isOurs) await rollSegment(segment, rolls);
        failures.delete(segment);
        return;
      } catch (error) {
        failures.set(segment, error);
      }
      if (closing.signal.aborted) return;
      await timing.sleep(pauseMs, closing.signal);
    }
  }

  return {
    deliver: async (batch) => {
      const { members } = batch;
      const [{ segment } = { segment: '' }] = members;
      if (!members.every((member) => isSegment(member.segment))) {
        return allWith(members, { status: 'rejected', reason: 'its segment is none of ours' });
      }
      const failure = failures.get(segment);
      if (failures.delete(segment)) return failed(failure);
      const problems = members.map(({ user }) => unwritable(user, format));
      const writable = members.filter((_, index) => problems[index] === undefined);
      try {
        if (writable.length > 0) await store(segment, { ...batch, members: writable });
      } catch (error) {
        return failed(error);
      }
      const outcomes = problems.map((problem) => problem ?? ({ status: 'delivered' } as const));
      return { kind: 'outcomes', outcomes };
    },
    endWindows: () => {
      closing.abort();
    },
    settled: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

function failed(error: unknown): BatchResult {
  if (!(error instanceof DestinationError)) throw error;
  const { what, status, tooFast, fault } = error.details;
  const reason = String(what);
  return fault === true
    ? { kind: 'fault', reason, status: Number(status) }
    : { kind: 'retry', reason, retryAfterMs: error.retryAfterMs, tooFast: tooFast === true };
}
