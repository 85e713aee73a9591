import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { publishKey } from '../../../../bench/cost/ordering-key.ts';
import { seededRandom } from '../../../../bench/cost/seeded-random.ts';
import { createGroupCommit } from '../../../../functions/intake/group-commit.ts';

const ROUND_TRIP_MS = 20;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

interface Load {
  readonly partsPerSecond: number;
  readonly seconds: number;
  readonly intervalMs: number;
}

/** Plays groups of one key, at random times, to the code itself. */
async function measure({ partsPerSecond, seconds, intervalMs }: Load) {
  let messages = 0;
  const publisher = {
    publish: async () => {
      messages += 1;
      await new Promise((resolve) => setTimeout(resolve, ROUND_TRIP_MS));
      return 'id';
    },
    close: () => Promise.resolve(),
  };
  const groupCommit = createGroupCommit(publisher, { intervalMs });
  const group = { orderingKey: 'k', audience: 'a', members: 1, json: '{}', bytes: 3 };
  const { signal } = new AbortController();
  const random = seededRandom(7);
  const begunAt = Date.now();
  let waitedMs = 0;
  let parts = 0;
  for (let at = 0; at < seconds * 1_000; at -= (Math.log(1 - random()) / partsPerSecond) * 1_000) {
    parts += 1;
    setTimeout(() => {
      const startedAt = Date.now();
      void groupCommit({ group, request: { requestId: 'r' }, answered: signal }).then(() => {
        waitedMs += Date.now() - startedAt;
      });
    }, at);
  }
  await jest.advanceTimersByTimeAsync(seconds * 1_000 + 1_000);
  expect(Date.now() - begunAt).toBeGreaterThan(seconds * 1_000);
  return { partsPerMessage: parts / messages, meanWaitMs: waitedMs / parts };
}

test.each<Load>([
  { partsPerSecond: 5, seconds: 200, intervalMs: 0 },
  { partsPerSecond: 20, seconds: 60, intervalMs: 0 },
  { partsPerSecond: 60, seconds: 30, intervalMs: 0 },
  { partsPerSecond: 250, seconds: 10, intervalMs: 0 },
  { partsPerSecond: 250, seconds: 10, intervalMs: 10 },
  { partsPerSecond: 5, seconds: 200, intervalMs: 100 },
  { partsPerSecond: 40, seconds: 60, intervalMs: 100 },
  { partsPerSecond: 20, seconds: 60, intervalMs: 200 },
  { partsPerSecond: 250, seconds: 20, intervalMs: 500 },
])('messages are as large as those of the code: %o', async (load) => {
  const measured = await measure(load);
  const model = publishKey({
    partsPerSecond: load.partsPerSecond,
    publishRoundTripMs: ROUND_TRIP_MS,
    maxParts: 1_000,
    publishIntervalMs: load.intervalMs,
  });
  expect(model.partsPerMessage / measured.partsPerMessage).toBeGreaterThan(0.92);
  expect(model.partsPerMessage / measured.partsPerMessage).toBeLessThan(1.08);
  expect(model.meanWaitMs / measured.meanWaitMs).toBeGreaterThan(0.9);
  expect(model.meanWaitMs / measured.meanWaitMs).toBeLessThan(1.1);
  const published = model.messagesPerSecond * model.partsPerMessage;
  expect(published / load.partsPerSecond).toBeCloseTo(1, 1);
});

test('a group that comes alone is a message of its own, at once', () => {
  const { messagesPerSecond, partsPerMessage, meanWaitMs } = publishKey({
    partsPerSecond: 0.001,
    publishRoundTripMs: ROUND_TRIP_MS,
    maxParts: 1_000,
    publishIntervalMs: 500,
  });
  expect([messagesPerSecond, partsPerMessage, meanWaitMs]).toEqual([0.001, 1, ROUND_TRIP_MS]);
});

test('a key that gets more than its messages can hold publishes as often as it can', () => {
  const { messagesPerSecond, partsPerMessage } = publishKey({
    partsPerSecond: 10_000,
    publishRoundTripMs: ROUND_TRIP_MS,
    maxParts: 10,
    publishIntervalMs: 0,
  });
  expect(partsPerMessage).toBeLessThanOrEqual(10);
  expect(messagesPerSecond).toBeLessThanOrEqual(1_000 / ROUND_TRIP_MS);
});

test('an interval between messages bounds them', () => {
  const { messagesPerSecond, meanWaitMs } = publishKey({
    partsPerSecond: 100,
    publishRoundTripMs: ROUND_TRIP_MS,
    maxParts: 1_000,
    publishIntervalMs: 200,
  });
  expect(messagesPerSecond).toBeLessThanOrEqual(5);
  expect(messagesPerSecond).toBeGreaterThan(4);
  expect(meanWaitMs).toBeGreaterThan(90);
  expect(meanWaitMs).toBeLessThan(150);
});
