import { within } from '../../shared/within.ts';

export interface BatchLimits {
  /** Users of one batch. */
  readonly size: number;
  /** How long the first user of a batch waits for others. */
  readonly maxWaitMs: number;
}

/**
 * Gathers users into micro-batches as the DMP does: a batch goes when it is full, or when its first user
 * has waited long enough. Nothing is read ahead of what is taken.
 */
export async function* microBatches(
  chunks: AsyncIterable<readonly string[]>,
  { size, maxWaitMs }: BatchLimits,
  stop: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const source = chunks[Symbol.asyncIterator]();
  let gathered: string[] = [];
  let deadline = Infinity;
  let next = source.next();
  for (;;) {
    const result = await (gathered.length === 0 ? next : within(next, deadline - Date.now()));
    if (stop.aborted) return;
    if (result?.done === true) break;
    if (result === undefined) {
      yield gathered;
      gathered = [];
      continue;
    }
    for (const user of result.value) {
      if (gathered.length === 0) deadline = Date.now() + maxWaitMs;
      if (gathered.push(user) < size) continue;
      yield gathered;
      gathered = [];
    }
    next = source.next();
  }
  if (gathered.length > 0) yield gathered;
}
