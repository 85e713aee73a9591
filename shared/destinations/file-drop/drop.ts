import { DestinationError } from '../../errors.ts';
import type { BatchResult, Member, MicroBatch } from '../destination.ts';
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
import { enterWindow, holdWindow } from './window.ts';

/** What turns micro-batches into files. */
export interface Drop {
  deliver(batch: MicroBatch): Promise<BatchResult>;
  /** From now on no window is held: files are made at once. */
  endWindows(): void;
}

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

  async function store(members: readonly [Member, ...Member[]], { operation }: MicroBatch) {
    const [first] = members;
    const users = members.map(({ user }) => user);
    await storePart({ segment: first.segment, operation, users }, parts);
    const window = await enterWindow(first, windows);
    if (window !== undefined && (await holdWindow(window, windows))) {
      await rollSegment(first.segment, rolls);
    }
  }

  return {
    deliver: async (batch) => {
      const { members } = batch;
      if (!members.every(({ segment }) => isSegment(segment))) {
        return allWith(members, { status: 'rejected', reason: 'its segment is none of ours' });
      }
      const problems = members.map(({ user }) => unwritable(user, format));
      const [first, ...others] = members.filter((_, index) => problems[index] === undefined);
      try {
        if (first !== undefined) await store([first, ...others], batch);
      } catch (error) {
        return failed(error);
      }
      const outcomes = problems.map((problem) => problem ?? ({ status: 'delivered' } as const));
      return { kind: 'outcomes', outcomes };
    },
    endWindows: () => {
      closing.abort();
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
