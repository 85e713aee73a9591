import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PlatformError } from '../../../shared/errors.ts';
import {
  createEmbeddedQueue,
  type EmbeddedQueue,
  type EmbeddedQueueOptions,
} from '../../../shared/queue/embedded-queue.ts';
import type { Settlement } from '../../../shared/queue/queue.ts';

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
