import pLimit from 'p-limit';
import { PlatformError } from '../../shared/errors.ts';
import { within } from '../../shared/within.ts';
import { MAX_PUBLISHES_AT_ONCE } from './storable-share.ts';

/** Whether a request waits no more, and why; as an AbortSignal, which costs 3 µs, says it. */
export interface Answered {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** Stores one part of a request. `answered` is aborted when the request need not wait any more. */
export type Store = (answered: Answered) => Promise<unknown>;

/**
 * Stores the parts of a request and resolves once the queue has them all.
 * @throws PlatformError QUEUE_UNAVAILABLE when it has not within the time a request may wait.
 */
export async function publishAll(parts: readonly Store[], timeoutMs: number): Promise<void> {
  const answered = { aborted: false, reason: undefined as unknown };
  // A request of a micro-batch has few parts: what would limit them costs more than they do.
  const limit = parts.length > MAX_PUBLISHES_AT_ONCE ? pLimit(MAX_PUBLISHES_AT_ONCE) : undefined;
  const begin = (store: Store) => store(answered);
  try {
    const stored = limit?.map(parts, begin) ?? Promise.all(parts.map(begin));
    if ((await within(stored, timeoutMs)) !== undefined) return;
    const text = 'The queue did not acknowledge in time; send the request again.';
    throw new PlatformError('QUEUE_UNAVAILABLE', text);
  } catch (error) {
    // The request is answered 503: what is not under way is not begun.
    limit?.clearQueue();
    answered.aborted = true;
    answered.reason = error;
    throw error;
  }
}
