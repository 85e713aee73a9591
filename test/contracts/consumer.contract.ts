import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Consumer, KeyBatch, LeasedMessage } from '../../shared/queue/consumer.ts';
import { consumerLeasesContract } from './consumer-leases.contract.ts';
import {
  drain,
  expectSilence,
  LIMITS,
  LONG_LEASE_MS,
  numbered,
  publish,
  pullNext,
  pullOne,
  SHORT_LEASE_MS,
  textOf,
  textsOf,
  type ConsumerFixture,
  type Rule,
} from './consumer-steps.ts';

/** Leases run by the clock: on a machine that stood still meanwhile, one failure says nothing. */
const ATTEMPTS = 3;

/** What every consumer must do. Its tests mostly wait for leases, so they run side by side. */
export function consumerContract(name: string, create: () => Promise<ConsumerFixture>): void {
  const rule: Rule = (sentence, check) => {
    test.concurrent(`${name}: ${sentence}`, async () => {
      for (let attempt = 1; ; attempt += 1) {
        const queue = await create();
        try {
          await check(queue);
          return;
        } catch (error) {
          if (attempt === ATTEMPTS) throw error;
        } finally {
          await queue.close();
        }
      }
    });
  };

  rule('a message comes out with its bytes, attributes, id and publish time', async (queue) => {
    const before = Date.now();
    const data = Buffer.from('{"text":"ä€😀"}');
    const attributes = { requestId: 'r-1', audience: 'a.1' };
    const messageId = await queue.publisher.publish({ data, attributes, orderingKey: 'a.1' });
    const { key, messages } = await pullOne(queue.consumer(LONG_LEASE_MS));
    const [message] = messages;
    expect(messages).toHaveLength(1);
    expect(key).toBe('a.1');
    expect(message).toMatchObject({ messageId });
    expect(message?.ackId).toEqual(expect.any(String));
    expect(message?.attributes).toMatchObject(attributes);
    expect(message && Buffer.from(message.data)).toEqual(data);
    expect(message?.publishTime.getTime()).toBeGreaterThan(before - 1_000);
    expect(message?.publishTime.getTime()).toBeLessThan(Date.now() + 1_000);
  });

  rule('messages of a key make one key batch, in the order of publishing', async (queue) => {
    const consumer = queue.consumer(LONG_LEASE_MS);
    const texts = numbered(24);
    const published = texts.map((text, index) => publish(queue, text, `key-${index % 2}`));
    await Promise.all(published);
    const batches = await pullNext(consumer);
    expect(new Set(batches.map(({ key }) => key)).size).toBe(batches.length);
    const even = texts.filter((_, index) => index % 2 === 0);
    const odd = texts.filter((_, index) => index % 2 === 1);
    const received = await drain(consumer, 24, batches);
    expect(received).toEqual({ 'key-0': even, 'key-1': odd });
  });

  rule('a message without a key is a key batch of its own', async (queue) => {
    const ids = await Promise.all(numbered(3).map((text) => publish(queue, text)));
    const batches: KeyBatch[] = [];
    const consumer = queue.consumer(LONG_LEASE_MS);
    while (batches.length < 3) batches.push(...(await pullNext(consumer)));
    expect(batches.map(({ key }) => key).toSorted()).toEqual(ids.toSorted());
    for (const { key, messages } of batches) {
      expect(messages.map(({ messageId }) => messageId)).toEqual([key]);
    }
  });

  rule('a key has one key batch out at a time; later ones come after it', async (queue) => {
    const consumer = queue.consumer(LONG_LEASE_MS);
    await Promise.all(numbered(3).map((text) => publish(queue, text, 'key')));
    const first = await pullOne(consumer);
    await publish(queue, 'm-3', 'key');
    await expectSilence(consumer, SHORT_LEASE_MS * 1.5);
    expect(await drain(consumer, 4, [first])).toEqual({ key: numbered(4) });
  });

  rule('a key that is held does not hold up other keys', async (queue) => {
    const consumer = queue.consumer(LONG_LEASE_MS);
    await publish(queue, 'held', 'key-0');
    await pullOne(consumer);
    const publishedAt = Date.now();
    await publish(queue, 'free', 'key-1');
    expect(textsOf(await pullOne(consumer))).toEqual(['free']);
    expect(Date.now() - publishedAt).toBeLessThan(LONG_LEASE_MS / 2);
  });

  rule('two consumers never hold a key at once, and keep its order', async (queue) => {
    const holders = new Map<string, Consumer>();
    const received: Record<string, string[]> = {};
    let count = 0;
    const consume = async (consumer: Consumer): Promise<void> => {
      const settle = async ({ key, messages }: KeyBatch): Promise<void> => {
        expect(holders.has(key)).toBe(false);
        holders.set(key, consumer);
        await sleep(20);
        (received[key] ??= []).push(...messages.map(textOf));
        count += messages.length;
        // Before the acknowledgement: what comes next may come sooner than its answer.
        holders.delete(key);
        await consumer.acknowledge(messages);
      };
      while (count < 60) {
        await Promise.all((await consumer.pull(LIMITS)).map(settle));
        await sleep(5);
      }
    };
    const publishing = (async () => {
      for (const text of numbered(15)) {
        await Promise.all([0, 1, 2, 3].map((key) => publish(queue, text, `key-${key}`)));
      }
    })();
    await Promise.all([
      publishing,
      consume(queue.consumer(LONG_LEASE_MS)),
      consume(queue.consumer(LONG_LEASE_MS)),
    ]);
    for (const key of [0, 1, 2, 3]) expect(received[`key-${key}`]).toEqual(numbered(15));
  });

  rule('a pull hands out no more than maxMessages, over all keys', async (queue) => {
    const consumer = queue.consumer(LONG_LEASE_MS);
    const texts = numbered(10);
    await Promise.all(texts.map((text, index) => publish(queue, text, `key-${index % 3}`)));
    const received: LeasedMessage[] = [];
    while (received.length < 10) {
      const batches = await pullNext(consumer, { ...LIMITS, maxMessages: 4 });
      const messages = batches.flatMap((batch) => batch.messages);
      expect(messages.length).toBeLessThanOrEqual(4);
      received.push(...messages);
      await consumer.acknowledge(messages);
    }
    expect(received.map(textOf).toSorted()).toEqual(texts.toSorted());
  });

  consumerLeasesContract(rule);
}
