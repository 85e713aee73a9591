import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats `check` until it no longer throws; after `timeoutMs`, throws what it threw last. */
export async function eventually(
  check: () => void | Promise<void>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(20);
    }
  }
}
