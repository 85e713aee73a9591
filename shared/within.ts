import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves like `promise`, or with `undefined` when it takes longer than `timeoutMs`. */
export async function within<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
): Promise<Value | undefined> {
  const timer = new AbortController();
  const timeout = sleep(Math.max(0, timeoutMs), undefined, { signal: timer.signal });
  // The loser of the race may reject later, when nobody waits for it any more.
  for (const loser of [promise, timeout]) loser.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.abort();
  }
}
