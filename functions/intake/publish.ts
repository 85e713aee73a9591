import pLimit from 'p-limit';
import { PlatformError } from '../../shared/errors.ts';
import { within } from '../../shared/within.ts';

const MAX_PUBLISHES_AT_ONCE = 100;

/** Stores one part of a request. `answered` is aborted when the request need not wait any more. */
export type Store = (answered: AbortSignal) => Promise<unknown>;

/**
 * Stores the parts of a request and resolves once the queue has them all.
 * @throws PlatformError QUEUE_UNAVAILABLE when it has not within the time a request may wait.
 */
export async function publishAll(parts: readonly Store[], timeoutMs: number): Promise<void> {
  const limit = pLimit(MAX_PUBLISHES_AT_ONCE);
  const answered = new AbortController();
  const text = 'The queue did not acknowledge in time; send the request again.';
  const late = new PlatformError('QUEUE_UNAVAILABLE', text);
  try {
    const stored = limit.map(parts, (store) => store(answered.signal));
    if ((await within(stored, timeoutMs)) !== undefined) return;
  } finally {
    // After a failure the request is answered 503: what is not under way is not begun.
    limit.clearQueue();
    answered.abort(late);
  }
  throw late;
}
