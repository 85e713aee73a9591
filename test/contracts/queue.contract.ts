import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PlatformError } from '../../shared/errors.ts';
import type {
  Delivery,
  OutgoingMessage,
  Publisher,
  Settlement,
  Subscriber,
} from '../../shared/queue/queue.ts';
import { eventually } from '../setup/eventually.ts';

export interface QueueFixture {
  readonly publisher: Publisher;
  /** Adds a subscription of `subscriber`, until the fixture is closed. */
  subscribe(subscriber: Subscriber): Promise<void>;
  close(): Promise<void>;
}

/** What every queue must do; call it inside a describe of the implementation. */
export function queueContract(create: () => Promise<QueueFixture>): void {
  let queue: QueueFixture;
  beforeEach(async () => {
    queue = await create();
  });
  afterEach(() => queue.close());

  const textOf = (delivery: Delivery) => Buffer.from(delivery.data).toString('utf8');
  const publish = (text: string, orderingKey?: string) => {
    const key: Pick<OutgoingMessage, 'orderingKey'> = orderingKey ? { orderingKey } : {};
    return queue.publisher.publish({ data: Buffer.from(text), attributes: {}, ...key });
  };

  test('delivers what was published: bytes, attributes, id and time', async () => {
    const received: Delivery[] = [];
    await queue.subscribe((delivery) => {
      received.push(delivery);
      return Promise.resolve('ack');
    });
    const before = Date.now();
    const messageId = await queue.publisher.publish({
      data: Buffer.from('{"text":"ä€😀"}'),
      attributes: { requestId: 'r-1', audience: 'a.1' },
      orderingKey: 'a.1',
    });
    await eventually(() => {
      expect(received).toHaveLength(1);
    });
    const [delivery] = received;
    expect(delivery && textOf(delivery)).toBe('{"text":"ä€😀"}');
    expect(delivery).toMatchObject({
      messageId,
      attributes: { requestId: 'r-1', audience: 'a.1' },
    });
    expect(Math.abs((delivery?.publishTime.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  test('keeps the order of a key, one message at a time', async () => {
    const received: string[] = [];
    let underWay = 0;
    let most = 0;
    await queue.subscribe(async (delivery) => {
      underWay += 1;
      most = Math.max(most, underWay);
      received.push(textOf(delivery));
      await sleep(5);
      underWay -= 1;
      return 'ack';
    });
    const sent = Array.from({ length: 20 }, (_, index) => `m-${index}`);
    await Promise.all(sent.map((text) => publish(text, 'one-key')));
    await eventually(() => {
      expect(received).toHaveLength(sent.length);
    });
    expect(received).toEqual(sent);
    expect(most).toBe(1);
  });

  test.each([
    ['a nack', () => Promise.resolve('nack' as const)],
    ['a rejection', () => Promise.reject(new Error('subscriber failed'))],
  ])('delivers again after %s and holds back the later messages of the key', async (_, fail) => {
    const received: string[] = [];
    await queue.subscribe((delivery) => {
      const text = textOf(delivery);
      const first = !received.includes(text);
      received.push(text);
      return text === 'm-0' && first ? fail() : Promise.resolve('ack');
    });
    await Promise.all(['m-0', 'm-1', 'm-2'].map((text) => publish(text, 'key')));
    await eventually(() => {
      expect(received.at(-1)).toBe('m-2');
    });
    expect(received.filter((text) => text !== 'm-0')).toEqual(['m-1', 'm-2']);
    expect(received.slice(0, 3)).toEqual(['m-0', 'm-0', 'm-1']);
  });

  test('a key that is held up does not hold up another', async () => {
    const received: string[] = [];
    await queue.subscribe((delivery) => {
      const text = textOf(delivery);
      received.push(text);
      return Promise.resolve(text === 'stuck' ? 'nack' : 'ack');
    });
    await publish('stuck', 'key-1');
    await publish('free', 'key-2');
    await publish('keyless');
    await eventually(() => {
      expect(received).toEqual(expect.arrayContaining(['stuck', 'free', 'keyless']));
    });
  });

  describe('with two subscriptions', () => {
    const subscribe = async (settle: (text: string) => Settlement): Promise<string[]> => {
      const received: string[] = [];
      await queue.subscribe((delivery) => {
        const text = textOf(delivery);
        received.push(text);
        return Promise.resolve(settle(text));
      });
      return received;
    };

    test('each gets every message, in the order of its key', async () => {
      const one = await subscribe(() => 'ack');
      const other = await subscribe(() => 'ack');
      const sent = Array.from({ length: 10 }, (_, index) => `m-${index}`);
      await Promise.all(sent.map((text) => publish(text, 'key')));
      await eventually(() => {
        expect(one).toEqual(sent);
        expect(other).toEqual(sent);
      });
    });

    test('one that fails does not hold up the other, and gets all once it is well', async () => {
      let ill = true;
      const failing = await subscribe(() => (ill ? 'nack' : 'ack'));
      const well = await subscribe(() => 'ack');
      const sent = ['m-0', 'm-1', 'm-2'];
      for (const text of sent) await publish(text, 'key');
      await eventually(() => {
        expect(well).toEqual(sent);
        expect(failing).toContain('m-0');
      });
      expect(new Set(failing)).toEqual(new Set(['m-0']));

      ill = false;
      await eventually(() => {
        expect(failing.at(-1)).toBe('m-2');
      });
      expect([...new Set(failing)]).toEqual(sent);
      expect(failing.filter((text) => text !== 'm-0')).toEqual(['m-1', 'm-2']);
      expect(well).toEqual(sent);
    });
  });

  test('a publish that was not stored rejects with QUEUE_UNAVAILABLE, to be retried', async () => {
    await queue.publisher.close();
    const failure: unknown = await publish('late', 'key').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlatformError);
    expect(failure).toMatchObject({ code: 'QUEUE_UNAVAILABLE', retryable: true });
  });
}
