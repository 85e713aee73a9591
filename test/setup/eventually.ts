import { setTimeout as sleep } from 'node:timers/promises';

/** Only what never comes takes so long, on the slowest machine too; less than jest.config.js allows a test. */
const TIMEOUT_MS = 240_000;

/** Repeats `check` until it no longer throws; after four minutes, throws what it threw last. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
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
