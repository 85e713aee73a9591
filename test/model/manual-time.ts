import { setImmediate as turn } from 'node:timers/promises';
import { jest } from '@jest/globals';

/** Turns of the event loop in which what needs no time comes to rest. */
const TURNS = 4;

/** Takes over the timers and the clock, so that days pass in milliseconds, and each time alike. */
export function takeOverTime(): void {
  jest.useFakeTimers({
    doNotFake: ['setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask', 'performance'],
    now: Date.UTC(2026, 10, 2),
  });
}

export function giveTimeBack(): void {
  jest.useRealTimers();
}

/** Lets `ms` pass, timer by timer, each with all that follows from it. */
export async function pass(ms: number): Promise<void> {
  const end = Date.now() + ms;
  await rest();
  while (jest.getTimerCount() > 0 && Date.now() < end) {
    jest.advanceTimersToNextTimer();
    await rest();
  }
  if (Date.now() < end) jest.setSystemTime(end);
}

/** Lets time pass until `isDone`, `limitMs` at most. */
export async function passUntil(isDone: () => boolean, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  await rest();
  while (!isDone() && Date.now() < end) await pass(50);
  return isDone();
}

/** Lets time pass until the promise is settled. */
export async function passDuring<Value>(promise: Promise<Value>): Promise<Value> {
  let settled = false;
  const end = () => {
    settled = true;
  };
  promise.then(end, end);
  await passUntil(() => settled, Infinity);
  return promise;
}

async function rest(): Promise<void> {
  for (let count = 0; count < TURNS; count += 1) await turn();
}
