import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { publishKey } from '../../../../bench/cost/ordering-key.ts';
import { seededRandom } from '../../../../bench/cost/seeded-random.ts';
import { createGroupCommit } from '../../../../functions/intake/group-commit.ts';
import { PUBSUB_SPACING } from '../../../../shared/queue/pubsub-queue.ts';

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
  /** True for a queue that wants busy keys spaced. */
  readonly isSpaced: boolean;
}

/** Plays groups of one key, at random times, to the code itself. */
async function measure({ partsPerSecond, seconds, isSpaced }: Load) {
  let messages = 0;
  const publisher = {
    spacing: isSpaced ? PUBSUB_SPACING : undefined,
    publish: async () => {
      messages += 1;
      await new Promise((resolve) => setTimeout(resolve, ROUND_TRIP_MS));
      return 'id';
    },
    close: () => Promise.resolve(),
  };
  const groupCommit = createGroupCommit(publisher);
  const group = {
    orderingKey: 'k',
    audience: 'a',
    operation: 'add' as const,
    members: 1,
    ids: 'u,x',
    bytes: 4,
  };
  const { signal } = new AbortController();
  const random = seededRandom(7);
  const begunAt = Date.now();
  let waitedMs = 0;
  let parts = 0;
  for (let at = 0; at < seconds * 1_000; at -= (Math.log(1 - random()) / partsPerSecond) * 1_000) {
    parts += 1;
    setTimeout(() => {
      const startedAt = Date.now();
      void groupCommit({ group, request: { requestId: `r-${at}` }, answered: signal }).then(() => {
        waitedMs += Date.now() - startedAt;
      });
    }, at);
  }
  await jest.advanceTimersByTimeAsync(seconds * 1_000 + 1_000);
  expect(Date.now() - begunAt).toBeGreaterThan(seconds * 1_000);
  return { partsPerMessage: parts / messages, meanWaitMs: waitedMs / parts };
}

test.each<Load>([
  { partsPerSecond: 5, seconds: 200, isSpaced: false },
  { partsPerSecond: 20, seconds: 60, isSpaced: false },
  { partsPerSecond: 60, seconds: 30, isSpaced: false },
  { partsPerSecond: 250, seconds: 10, isSpaced: false },
  { partsPerSecond: 5, seconds: 200, isSpaced: true },
  { partsPerSecond: 40, seconds: 60, isSpaced: true },
  { partsPerSecond: 20, seconds: 60, isSpaced: true },
  { partsPerSecond: 250, seconds: 20, isSpaced: true },
])('messages are as large as those of the code: %o', async (load) => {
  const measured = await measure(load);
  const model = publishKey({
    partsPerSecond: load.partsPerSecond,
    publishRoundTripMs: ROUND_TRIP_MS,
    maxParts: 1_000,
    spacing: load.isSpaced ? PUBSUB_SPACING : undefined,
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
    spacing: PUBSUB_SPACING,
  });
  expect([messagesPerSecond, partsPerMessage, meanWaitMs]).toEqual([0.001, 1, ROUND_TRIP_MS]);
});

test('a key that gets more than its messages can hold publishes as often as it can', () => {
  const { messagesPerSecond, partsPerMessage } = publishKey({
    partsPerSecond: 10_000,
    publishRoundTripMs: ROUND_TRIP_MS,
    maxParts: 10,
  });
  expect(partsPerMessage).toBeLessThanOrEqual(10);
  expect(messagesPerSecond).toBeLessThanOrEqual(1_000 / ROUND_TRIP_MS);
});

test('spacing bounds the messages of a busy key', () => {
  const { messagesPerSecond, meanWaitMs } = publishKey({
    partsPerSecond: 100,
    publishRoundTripMs: ROUND_TRIP_MS,
    maxParts: 1_000,
    spacing: PUBSUB_SPACING,
  });
  expect(messagesPerSecond).toBeLessThanOrEqual(2.6);
  expect(messagesPerSecond).toBeGreaterThan(2.4);
  expect(meanWaitMs).toBeGreaterThan(200);
  expect(meanWaitMs).toBeLessThan(250);
});
