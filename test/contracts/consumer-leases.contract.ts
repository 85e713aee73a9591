import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { KeyBatch } from '../../shared/queue/consumer.ts';
import {
  drain,
  expectSilence,
  LONG_LEASE_MS,
  numbered,
  publish,
  pullNext,
  pullOne,
  SHORT_LEASE_MS,
  textsOf,
  type Rule,
} from './consumer-steps.ts';

/** Rules that every consumer keeps about leases: their end, extension and put-back. */
export function consumerLeasesContract(rule: Rule): void {
  rule('after the end of a lease everything of the key comes again, in order', async (queue) => {
    const consumer = queue.consumer(SHORT_LEASE_MS);
    await Promise.all(numbered(3).map((text) => publish(queue, text, 'key')));
    const pulledAt = Date.now();
    await pullOne(consumer);
    await publish(queue, 'm-3', 'key');
    await expectSilence(consumer, pulledAt + SHORT_LEASE_MS * 0.8 - Date.now());
    expect(await drain(consumer, 4)).toEqual({ key: numbered(4) });
    await expectSilence(consumer, 200);
  });

  rule('what is put back comes again before what came meanwhile, of 20 keys', async (queue) => {
    const consumer = queue.consumer(LONG_LEASE_MS);
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    const publishAll = (from: number, to: number) =>
      Promise.all(
        keys.flatMap((key) =>
          numbered(to)
            .slice(from)
            .map((text) => publish(queue, text, key)),
        ),
      );
    await publishAll(0, 3);
    const held: KeyBatch[] = [];
    while (held.length < keys.length) held.push(...(await pullNext(consumer)));
    await publishAll(3, 5);
    await Promise.all(held.map(({ messages }) => consumer.putBack(messages, 1)));
    await publishAll(5, 6);
    const received = await drain(consumer, 6 * keys.length);
    expect(received).toEqual(Object.fromEntries(keys.map((key) => [key, numbered(6)])));
  });

  rule('what is put back stays away for the seconds it was put back by', async (queue) => {
    const consumer = queue.consumer(SHORT_LEASE_MS);
    const seconds = [1, 3, 2];
    const keys = seconds.map((_, index) => `key-${index}`);
    for (const key of keys) await publish(queue, 'm-0', key);
    const held: KeyBatch[] = [];
    while (held.length < keys.length) held.push(...(await pullNext(consumer)));
    const putBacks = await Promise.all(
      keys.map(async (key, index) => {
        const messages = held.find((batch) => batch.key === key)?.messages ?? [];
        const since = Date.now();
        await consumer.putBack(messages, seconds[index] ?? 0);
        return { key, since };
      }),
    );
    const cameAgain = new Map<string, number>();
    while (cameAgain.size < keys.length) {
      const batches = await pullNext(consumer);
      for (const { key } of batches) cameAgain.set(key, Date.now());
      await consumer.acknowledge(batches.flatMap(({ messages }) => messages));
    }
    for (const [index, { key, since }] of putBacks.entries()) {
      const away = (cameAgain.get(key) ?? 0) - since;
      const expected = (seconds[index] ?? 0) * 1_000;
      expect(away).toBeGreaterThan(expected - 100);
    }
  });

  rule('a put-back by less than a second is a RangeError, and changes nothing', async (queue) => {
    const consumer = queue.consumer(LONG_LEASE_MS);
    await publish(queue, 'm-0', 'key');
    const { messages } = await pullOne(consumer);
    for (const seconds of [0, 0.9, -1, NaN]) {
      await expect(consumer.putBack(messages, seconds)).rejects.toBeInstanceOf(RangeError);
    }
    await expectSilence(consumer, 200);
  });

  rule('a put-back can be shortened, and the order stays', async (queue) => {
    const consumer = queue.consumer(LONG_LEASE_MS);
    await Promise.all(numbered(3).map((text) => publish(queue, text, 'key')));
    const { messages } = await pullOne(consumer);
    await consumer.putBack(messages, 30);
    await publish(queue, 'm-3', 'key');
    const calledAt = Date.now();
    await consumer.putBack(messages, 1);
    expect(await drain(consumer, 4)).toEqual({ key: numbered(4) });
    expect(Date.now() - calledAt).toBeGreaterThan(900);
    // Not after the 30 s of the first put-back.
    expect(Date.now() - calledAt).toBeLessThan(25_000);
  });

  rule('an extension begins the lease anew', async (queue) => {
    const consumer = queue.consumer(SHORT_LEASE_MS);
    await Promise.all(numbered(3).map((text) => publish(queue, text, 'key')));
    const held = await pullOne(consumer);
    for (let count = 0; count < 3; count += 1) {
      await expectSilence(consumer, SHORT_LEASE_MS / 2);
      await consumer.extend(held.messages);
    }
    await expectSilence(consumer, SHORT_LEASE_MS * 0.8);
    expect(await drain(consumer, 3, [held])).toEqual({ key: numbered(3) });
  });

  rule('what is acknowledged does not come again', async (queue) => {
    const consumer = queue.consumer(SHORT_LEASE_MS);
    await Promise.all(numbered(3).map((text) => publish(queue, text, 'key')));
    await drain(consumer, 3);
    await expectSilence(consumer, SHORT_LEASE_MS * 1.3);
  });

  rule('of a key batch the head can be acknowledged and the rest put back', async (queue) => {
    const consumer = queue.consumer(LONG_LEASE_MS);
    await Promise.all(numbered(4).map((text) => publish(queue, text, 'key')));
    const { messages } = await pullOne(consumer);
    const rest = messages.slice(1);
    await consumer.acknowledge(messages.slice(0, 1));
    await publish(queue, 'm-4', 'key');
    if (rest.length > 0) await consumer.putBack(rest, 1);
    expect(await drain(consumer, 4)).toEqual({ key: numbered(5).slice(1) });
    await expectSilence(consumer, 200);
  });

  rule('an acknowledgement after the end of a lease loses no other message', async (queue) => {
    const consumer = queue.consumer(SHORT_LEASE_MS);
    await Promise.all(numbered(3).map((text) => publish(queue, text, 'key')));
    const { messages } = await pullOne(consumer);
    await sleep(SHORT_LEASE_MS * 1.2);
    await consumer.acknowledge(messages.slice(0, 1));
    // Pub/Sub may have taken it all the same: then the message is done with.
    const [first] = await pullNext(consumer);
    const isTaken = textsOf(first)[0] === 'm-1';
    const left = numbered(3).slice(isTaken ? 1 : 0);
    expect(await drain(consumer, left.length, first && [first])).toEqual({ key: left });
  });

  rule('an acknowledgement after the end of a lease ends no newer lease', async (queue) => {
    const [early, late] = [queue.consumer(SHORT_LEASE_MS), queue.consumer(SHORT_LEASE_MS)];
    await Promise.all(numbered(2).map((text) => publish(queue, text, 'key')));
    const old = await pullOne(early);
    await sleep(SHORT_LEASE_MS * 1.2);
    const held = await pullOne(late);
    expect(textsOf(held)[0]).toBe('m-0');
    await early.acknowledge(old.messages);
    await publish(queue, 'm-2', 'key');
    await expectSilence(early, SHORT_LEASE_MS / 3);
    expect(await drain(late, 3, [held])).toEqual({ key: numbered(3) });
  });

  rule('what a consumer held when it was closed comes again at another', async (queue) => {
    const [first, second] = [queue.consumer(SHORT_LEASE_MS), queue.consumer(SHORT_LEASE_MS)];
    await Promise.all(numbered(2).map((text) => publish(queue, text, 'key')));
    await pullOne(first);
    await first.close();
    expect(await drain(second, 2)).toEqual({ key: numbered(2) });
  });
}
