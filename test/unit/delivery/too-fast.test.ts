import { describe, expect, test } from '@jest/globals';
import { createPoliteDestination } from '../../../shared/delivery/polite-destination.ts';
import type { BatchResult, MicroBatch } from '../../../shared/destinations/destination.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';
import { delivered, type Behaviour } from './recording-destination.ts';
import { mostWithin, timedDestination } from './timed-destination.ts';

const BATCH = { operation: 'add', members: [{ segment: 's', user: 'u', operatedAt: 0 }] } as const;
const REQUEST = { title: 't', audienceId: 'a' };

fakeTimeForEachTest();

describe('a third party that finds calls too fast', () => {
  const TOO_FAST = { kind: 'retry', reason: 'answered 429', tooFast: true } as const;

  /** A destination that answers like this, one after the other; then it takes everything. */
  function answering(results: readonly BatchResult[], capabilities: Behaviour['capabilities']) {
    const left = [...results];
    const apply = (batch: MicroBatch) => left.shift() ?? delivered(batch);
    const timed = timedDestination(10, { apply, capabilities: { ...capabilities } });
    return { ...timed, polite: createPoliteDestination(timed.destination) };
  }

  test('has each call wait for a gap within its turn, which shrinks as calls are taken', async () => {
    const { polite, beganAt } = answering([TOO_FAST, TOO_FAST], { maxConcurrentCalls: 1 });
    const startedAt = Date.now();
    const calls = Array.from({ length: 5 }, () => polite.apply(() => BATCH));
    await pass(2_000, 1);
    await Promise.all(calls);
    // Each call takes 10 ms; the gaps are 0, 100, 200, 140 and 98 ms.
    expect(beganAt.map((at) => at - startedAt)).toEqual([0, 110, 320, 470, 578]);
  });

  test('has creations wait too, and counts the gap as backlog', async () => {
    const { polite, beganAt } = answering([TOO_FAST], { maxConcurrentCalls: 2 });
    await passUntilSettled(polite.apply(() => BATCH));
    const startedAt = Date.now();
    const creations = [1, 2, 3, 4].map(() => polite.obtainSegment(REQUEST));
    await pass(99, 1);
    expect(beganAt).toHaveLength(1);
    expect(polite.backlogMs()).toBe(2 * (100 / 2));
    await pass(2_000, 1);
    await Promise.all(creations);
    expect((beganAt[1] ?? 0) - startedAt).toBe(100);
  });

  test('does not wait any longer when it says how long (Retry-After)', async () => {
    const asking = { ...TOO_FAST, tooFast: undefined, retryAfterMs: 1_000 };
    const { polite, beganAt } = answering([asking], { maxConcurrentCalls: 1 });
    await passUntilSettled(polite.apply(() => BATCH));
    const startedAt = Date.now();
    await passUntilSettled(polite.apply(() => BATCH));
    expect(beganAt[1]).toBe(startedAt);
  });

  test('gets no more calls than its rate allows when the gap shrinks', async () => {
    const { polite, beganAt } = answering(Array<BatchResult>(6).fill(TOO_FAST), {
      maxConcurrentCalls: 50,
      maxCallRate: { calls: 5, perMs: 1_000 },
    });
    const calls = Array.from({ length: 100 }, () => polite.apply(() => BATCH));
    await pass(40_000);
    await Promise.all(calls);
    expect(beganAt).toHaveLength(100);
    expect(mostWithin(1_000, beganAt)).toBe(5);
  });

  test('has nobody wait who finds it paused', async () => {
    const fault = { kind: 'fault', reason: 'answered 401', status: 401 } as const;
    const { polite } = answering([TOO_FAST, fault], { maxConcurrentCalls: 1 });
    await passUntilSettled(polite.apply(() => BATCH));
    await passUntilSettled(polite.apply(() => BATCH));
    const before = Date.now();
    expect(await passUntilSettled(polite.apply(() => BATCH))).toMatchObject({ kind: 'paused' });
    expect(Date.now()).toBe(before);
  });

  test('is not called when nobody is left to send by then', async () => {
    const { polite, beganAt } = answering([TOO_FAST], { maxConcurrentCalls: 1 });
    await passUntilSettled(polite.apply(() => BATCH));
    let left: MicroBatch | undefined = BATCH;
    const late = polite.apply(() => left);
    await pass(50);
    left = undefined;
    expect(await passUntilSettled(late)).toMatchObject({ kind: 'paused', waitOut: false });
    expect(beganAt).toHaveLength(1);
  });
});
