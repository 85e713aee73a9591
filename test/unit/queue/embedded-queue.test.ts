import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PlatformError } from '../../../shared/errors.ts';
import type { Consumer, KeyBatch } from '../../../shared/queue/consumer.ts';
import {
  createEmbeddedQueue,
  type EmbeddedQueue,
  type EmbeddedQueueOptions,
} from '../../../shared/queue/embedded-queue.ts';

const LEASE_MS = 10_000;
const LIMITS = { maxMessages: 1_000, maxBytes: 1_000_000 };

beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

function setUp(options: EmbeddedQueueOptions = {}) {
  const queue = createEmbeddedQueue(options);
  const publish = (bytes: number, orderingKey?: string) =>
    queue.publish({
      data: Buffer.alloc(bytes),
      attributes: {},
      ...(orderingKey === undefined ? {} : { orderingKey }),
    });
  return { queue, publish };
}

const consumerOf = (queue: EmbeddedQueue): Consumer => queue.subscribe().createConsumer(LEASE_MS);
const idsIn = (batches: readonly KeyBatch[]) =>
  batches.flatMap(({ messages }) => messages.map(({ messageId }) => messageId));

/** Acknowledges what waits, and gives its ids. */
async function take(consumer: Consumer): Promise<string[]> {
  const batches = await consumer.pull(LIMITS);
  await consumer.acknowledge(batches.flatMap(({ messages }) => messages));
  return idsIn(batches);
}

/** True once `idle()` has resolved. */
function watchIdle(queue: EmbeddedQueue): { isIdle: boolean } {
  const watched = { isIdle: false };
  void queue.idle().then(() => (watched.isIdle = true));
  return watched;
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('what the embedded queue holds in memory is bounded', () => {
  test('a publish beyond maxBytes is refused, and taken again after an acknowledgement', async () => {
    const { queue, publish } = setUp({ maxBytes: 100 });
    await publish(60, 'key-1');
    await publish(40, 'key-2');
    const refused: unknown = await publish(1, 'key-3').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PlatformError);
    expect(refused).toMatchObject({ code: 'QUEUE_UNAVAILABLE', retryable: true });
    expect(queue.pending()).toBe(2);
    await take(consumerOf(queue));
    await expect(publish(100, 'key-3')).resolves.toEqual(expect.any(String));
  });

  test('a message that was handed out, or put back, keeps its place', async () => {
    const { queue, publish } = setUp({ maxBytes: 100 });
    const consumer = consumerOf(queue);
    await publish(60, 'key');
    const [batch] = await consumer.pull(LIMITS);
    await expect(publish(41)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    await consumer.putBack(batch?.messages ?? [], 1);
    await expect(publish(41)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    await expect(publish(40)).resolves.toEqual(expect.any(String));
  });
});

describe('a pull', () => {
  test('hands out at most maxBytes, over all keys, and a larger message alone', async () => {
    const { queue, publish } = setUp();
    const consumer = consumerOf(queue);
    const ids = [await publish(300, 'key-0'), await publish(60, 'key-1')];
    ids.push(await publish(30, 'key-1'), await publish(30, 'key-2'));
    const limits = { ...LIMITS, maxBytes: 100 };
    const pulls = [];
    for (let count = 0; count < 3; count += 1) pulls.push(idsIn(await consumer.pull(limits)));
    expect(pulls).toEqual([[ids[0]], [ids[1], ids[2]], [ids[3]]]);
  });

  test('hands out at most maxMessages; a key that was cut goes on after its acknowledgement', async () => {
    const { queue, publish } = setUp();
    const consumer = consumerOf(queue);
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await publish(1, 'key'));
    const limits = { ...LIMITS, maxMessages: 2 };
    const first = await consumer.pull(limits);
    expect(idsIn(first)).toEqual(ids.slice(0, 2));
    expect(await consumer.pull(limits)).toEqual([]);
    await consumer.acknowledge(first.flatMap(({ messages }) => messages));
    expect(idsIn(await consumer.pull(limits))).toEqual(ids.slice(2, 4));
  });

  test('serves the key first that was served longest ago', async () => {
    const { queue, publish } = setUp();
    const consumer = consumerOf(queue);
    for (let round = 0; round < 3; round += 1) {
      for (const key of ['key-0', 'key-1', 'key-2']) await publish(1, key);
    }
    const served: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      const batches = await consumer.pull({ ...LIMITS, maxMessages: 1 });
      served.push(...batches.map(({ key }) => key));
      await consumer.acknowledge(batches.flatMap(({ messages }) => messages));
    }
    expect(served).toEqual(['key-0', 'key-1', 'key-2', 'key-0', 'key-1', 'key-2']);
  });
});

test('an acknowledgement that leaves out the oldest message acknowledges nothing', async () => {
  const { queue, publish } = setUp();
  const consumer = consumerOf(queue);
  const ids = [await publish(1, 'key'), await publish(1, 'key')];
  const [batch] = await consumer.pull(LIMITS);
  await consumer.acknowledge(batch?.messages.slice(1) ?? []);
  expect(queue.pending()).toBe(2);
  jest.advanceTimersByTime(LEASE_MS);
  expect(idsIn(await consumer.pull(LIMITS))).toEqual(ids);
});

test('an acknowledgement that is repeated counts once', async () => {
  const { queue, publish } = setUp();
  const consumer = consumerOf(queue);
  await publish(1, 'key');
  await publish(1, 'other');
  const batches = await consumer.pull(LIMITS);
  const messages = batches.find(({ key }) => key === 'key')?.messages ?? [];
  await consumer.acknowledge(messages);
  await consumer.acknowledge(messages);
  expect(queue.pending()).toBe(1);
});

describe('with several subscriptions', () => {
  test('a message counts once, and is freed when all have acknowledged it', async () => {
    const { queue, publish } = setUp({ maxBytes: 100 });
    const [one, other] = [consumerOf(queue), consumerOf(queue)];
    const ids = [await publish(60, 'key'), await publish(40, 'key')];
    const idle = watchIdle(queue);
    expect(await take(one)).toEqual(ids);
    expect(queue.pending()).toBe(2);
    await expect(publish(1)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    await turn();
    expect(idle.isIdle).toBe(false);
    expect(await take(other)).toEqual(ids);
    await turn();
    expect(idle.isIdle).toBe(true);
    expect(queue.pending()).toBe(0);
    await expect(publish(100)).resolves.toEqual(expect.any(String));
  });

  test('what was published before the first one is for it; a later one gets what comes later', async () => {
    const { queue, publish } = setUp();
    const early = [await publish(1, 'key'), await publish(1, 'key')];
    const first = consumerOf(queue);
    const between = await publish(1, 'key');
    const second = consumerOf(queue);
    const late = await publish(1, 'key');
    expect(await take(first)).toEqual([...early, between, late]);
    expect(await take(second)).toEqual([late]);
    expect(queue.pending()).toBe(0);
  });

  test('each has its own leases', async () => {
    const { queue, publish } = setUp();
    const [one, other] = [consumerOf(queue), consumerOf(queue)];
    const id = await publish(1, 'key');
    const [batch] = await one.pull(LIMITS);
    await one.putBack(batch?.messages ?? [], 30);
    expect(await take(other)).toEqual([id]);
  });
});

describe('onPublished', () => {
  test('is called for each message once it can be pulled, early ones included', async () => {
    const { queue, publish } = setUp();
    const told: string[] = [];
    const early = await publish(1, 'key');
    const subscription = queue.subscribe(({ messageId }) => told.push(messageId));
    const consumer = subscription.createConsumer(LEASE_MS);
    expect(told).toEqual([early]);
    const late = await publish(1, 'key');
    expect(told).toEqual([early, late]);
    expect(await take(consumer)).toEqual([early, late]);
  });

  test('may pull in the same turn', async () => {
    const { queue, publish } = setUp();
    const pulled: Promise<string[]>[] = [];
    const subscription = queue.subscribe(() => {
      pulled.push(take(consumer));
    });
    const consumer = subscription.createConsumer(LEASE_MS);
    const id = await publish(1, 'key');
    expect(await pulled[0]).toEqual([id]);
    expect(queue.pending()).toBe(0);
  });
});

test('publish times never decrease, also when the clock is set back', async () => {
  const { queue, publish } = setUp();
  const consumer = consumerOf(queue);
  const startedAt = Date.now();
  await publish(1, 'key');
  jest.setSystemTime(startedAt - 60_000);
  await publish(1, 'key');
  jest.setSystemTime(startedAt + 5);
  await publish(1, 'key');
  const [batch] = await consumer.pull(LIMITS);
  const times = batch?.messages.map(({ publishTime }) => publishTime.getTime() - startedAt);
  expect(times).toEqual([0, 0, 5]);
});

test('once it is closed a publish is refused, and what was not acknowledged counts as pending', async () => {
  const { queue, publish } = setUp();
  await queue.idle();
  await publish(1, 'key');
  await queue.close();
  await expect(publish(1)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE', retryable: true });
  expect(queue.pending()).toBe(1);
});

describe('publishRoundTripMs', () => {
  test('delays the acknowledgement of a publish, not the message', async () => {
    const { queue, publish } = setUp({ publishRoundTripMs: 1_000 });
    const consumer = consumerOf(queue);
    let isAcknowledged = false;
    const published = publish(1).then(() => (isAcknowledged = true));
    expect(await take(consumer)).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(999);
    expect(isAcknowledged).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await published;
    expect(isAcknowledged).toBe(true);
  });

  test('delays every publish for itself', async () => {
    const { publish } = setUp({ publishRoundTripMs: 1_000 });
    const all = Promise.all([publish(1, 'key'), publish(1, 'key'), publish(1, 'other')]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await all).toHaveLength(3);
  });
});
