import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PlatformError } from '../../../shared/errors.ts';
import {
  createEmbeddedQueue,
  type EmbeddedQueue,
  type EmbeddedQueueOptions,
} from '../../../shared/queue/embedded-queue.ts';
import type { Settlement } from '../../../shared/queue/queue.ts';
import { eventually } from '../../setup/eventually.ts';

let queue: EmbeddedQueue;
const create = (options: EmbeddedQueueOptions) => {
  queue = createEmbeddedQueue(options);
};
afterEach(() => queue.close());

const publish = (bytes: number, orderingKey?: string) =>
  queue.publish({
    data: Buffer.alloc(bytes),
    attributes: {},
    ...(orderingKey === undefined ? {} : { orderingKey }),
  });

describe('What the embedded queue holds in memory is bounded', () => {
  test('a publish beyond maxBytes is refused, and taken again after an acknowledgement', async () => {
    create({ maxBytes: 100 });
    await publish(60, 'key-1');
    await publish(40, 'key-2');
    const refused: unknown = await publish(1, 'key-3').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PlatformError);
    expect(refused).toMatchObject({ code: 'QUEUE_UNAVAILABLE', retryable: true });
    expect(queue.pending()).toBe(2);

    queue.subscribe(() => Promise.resolve('ack'));
    await queue.idle();
    await expect(publish(100, 'key-3')).resolves.toEqual(expect.any(String));
  });

  test('a message that is not acknowledged yet keeps its place', async () => {
    create({ maxBytes: 100, minBackoffMs: 1, maxBackoffMs: 1 });
    const received: number[] = [];
    const thirdDelivery = new Promise<void>((resolve) => {
      queue.subscribe(({ deliveryAttempt = 0 }) => {
        received.push(deliveryAttempt);
        if (deliveryAttempt === 3) resolve();
        return Promise.resolve('nack' as Settlement);
      });
    });
    await publish(60);
    await thirdDelivery;
    expect(received.slice(0, 3)).toEqual([1, 2, 3]);
    await expect(publish(41)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    await expect(publish(40)).resolves.toEqual(expect.any(String));
  });
});

describe('With several subscriptions', () => {
  /** Acknowledges what it is told to; `received` holds the ids of its deliveries. */
  const subscribe = () => {
    const received: string[] = [];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    queue.subscribe(async ({ messageId }) => {
      received.push(messageId);
      await released;
      return 'ack';
    });
    return { received, release };
  };

  test('a message counts once, and is freed when all have acknowledged it', async () => {
    create({ maxBytes: 100 });
    const [one, other] = [subscribe(), subscribe()];
    let idle = false;
    await publish(60, 'key');
    await publish(40, 'key');
    void queue.idle().then(() => {
      idle = true;
    });
    one.release();
    await eventually(() => {
      expect(one.received).toHaveLength(2);
    });
    expect(queue.pending()).toBe(2);
    await expect(publish(1)).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    expect(idle).toBe(false);

    other.release();
    await queue.idle();
    expect(other.received).toEqual(one.received);
    expect(queue.pending()).toBe(0);
    await expect(publish(100)).resolves.toEqual(expect.any(String));
  });

  test('what was published before the first one is for it; a later one gets what comes later', async () => {
    create({});
    const early = [await publish(1, 'key'), await publish(1)];
    const first = subscribe();
    const between = await publish(1, 'key');
    const second = subscribe();
    const late = await publish(1, 'key');
    first.release();
    second.release();
    await queue.idle();
    expect(first.received.toSorted()).toEqual([...early, between, late].toSorted());
    expect(first.received.filter((id) => id !== early[1])).toEqual([early[0], between, late]);
    expect(second.received).toEqual([late]);
  });

  test('each counts its own delivery attempts', async () => {
    create({ minBackoffMs: 1, maxBackoffMs: 1 });
    const attempts: number[][] = [[], []];
    for (const [index, own] of attempts.entries()) {
      queue.subscribe(({ deliveryAttempt = 0 }) => {
        own.push(deliveryAttempt);
        return Promise.resolve(index === 0 && own.length < 3 ? 'nack' : 'ack');
      });
    }
    await publish(1);
    await queue.idle();
    expect(attempts).toEqual([[1, 2, 3], [1]]);
  });
});

test('once it is closed nothing is delivered, and what was not acknowledged counts as pending', async () => {
  create({ minBackoffMs: 1, maxBackoffMs: 1 });
  let deliveries = 0;
  queue.subscribe(async () => {
    deliveries += 1;
    await queue.close();
    return 'nack';
  });
  await publish(1, 'key');
  await publish(1, 'key');
  await eventually(() => {
    expect(deliveries).toBe(1);
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(deliveries).toBe(1);
  expect(queue.pending()).toBe(2);
});

describe('publishRoundTripMs', () => {
  beforeEach(() => {
    jest.useFakeTimers({
      doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'],
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('delays the acknowledgement of a publish, not the delivery', async () => {
    create({ publishRoundTripMs: 1_000 });
    let delivered = false;
    queue.subscribe(() => {
      delivered = true;
      return Promise.resolve('ack');
    });
    let acknowledged = false;
    const published = publish(1).then(() => {
      acknowledged = true;
    });
    await queue.idle();
    expect(delivered).toBe(true);
    await jest.advanceTimersByTimeAsync(999);
    expect(acknowledged).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await published;
    expect(acknowledged).toBe(true);
  });

  test('delays every publish for itself', async () => {
    create({ publishRoundTripMs: 1_000 });
    const all = Promise.all([publish(1, 'key'), publish(1, 'key'), publish(1, 'other')]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await all).toHaveLength(3);
  });
});
