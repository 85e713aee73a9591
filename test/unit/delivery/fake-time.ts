import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, jest } from '@jest/globals';

/** Every test of the file has its own time, which stands still until it is moved. */
export function fakeTimeForEachTest(): void {
  beforeEach(() => {
    jest.useFakeTimers({
      doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });
}

/** Lets time pass; turns of the event loop, which are real, have their share of it. */
export async function pass(ms: number, stepMs = STEP_MS): Promise<void> {
  const until = Date.now() + ms;
  await settle();
  while (Date.now() < until) {
    await jest.advanceTimersByTimeAsync(Math.min(stepMs, until - Date.now()));
    await settle();
  }
}

/** As long as a promise is not settled, lets time pass. */
export async function passUntilSettled<Value>(promise: Promise<Value>): Promise<Value> {
  const watch = { settled: false };
  const watched = promise.finally(() => (watch.settled = true));
  await settle();
  while (!watch.settled) await pass(STEP_MS);
  return watched;
}

const STEP_MS = 10;
const TURNS = 4;

async function settle(): Promise<void> {
  for (let count = 0; count < TURNS; count += 1) await turn();
}
