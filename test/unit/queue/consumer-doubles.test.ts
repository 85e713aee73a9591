import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Consumer, LeasedMessage } from '../../../shared/queue/consumer.ts';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import { cappedConsumer } from '../../setup/capped-consumer.ts';
import { lyingConsumer } from '../../setup/lying-consumer.ts';

const LEASE_MS = 10_000;
const LIMITS = { maxMessages: 1_000, maxBytes: 1_000_000 };

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const textsOf = (messages: readonly LeasedMessage[]) =>
  messages.map(({ data }) => Buffer.from(data).toString());

/** A key with messages 0 to 4, behind a double. */
async function setUp(wrap: (consumer: Consumer) => Consumer) {
  const queue = createEmbeddedQueue();
  const inner = queue.subscribe().createConsumer(LEASE_MS);
  const calls: [string, string[]][] = [];
  const consumer = wrap({
    ...inner,
    extend: (messages) => {
      calls.push(['extend', textsOf(messages)]);
      return inner.extend(messages);
    },
    putBack: (messages, seconds) => {
      calls.push([`putBack ${seconds}`, textsOf(messages)]);
      return inner.putBack(messages, seconds);
    },
  });
  for (const text of ['0', '1', '2', '3', '4']) {
    await queue.publish({ data: Buffer.from(text), attributes: {}, orderingKey: 'key' });
  }
  const pull = async () => (await consumer.pull(LIMITS)).flatMap(({ messages }) => messages);
  return { consumer, calls, pull };
}

describe('a capped consumer', () => {
  const capped = (consumer: Consumer) => cappedConsumer(consumer, 2);

  test('hands out the surplus of a pull after its head, with leases of its own', async () => {
    const { consumer, calls, pull } = await setUp(capped);
    const pulls: string[][] = [];
    for (let count = 0; count < 3; count += 1) {
      const messages = await pull();
      expect(await pull()).toEqual([]);
      pulls.push(textsOf(messages));
      await consumer.acknowledge(messages);
    }
    expect(pulls).toEqual([['0', '1'], ['2', '3'], ['4']]);
    expect(calls).toEqual([
      ['extend', ['2', '3', '4']],
      ['extend', ['4']],
    ]);
  });

  test('extends and puts back the surplus with the head, also a second time', async () => {
    const { consumer, calls, pull } = await setUp(capped);
    const messages = await pull();
    await consumer.extend(messages);
    await consumer.acknowledge(messages.slice(0, 1));
    await consumer.putBack(messages.slice(1), 30);
    await consumer.putBack(messages.slice(1), 1);
    expect(calls).toEqual([
      ['extend', ['0', '1', '2', '3', '4']],
      ['putBack 30', ['1', '2', '3', '4']],
      ['putBack 1', ['1', '2', '3', '4']],
    ]);
    jest.advanceTimersByTime(1_000);
    expect(textsOf(await pull())).toEqual(['1', '2']);
  });

  test('hands out no surplus whose lease has ended: everything comes again', async () => {
    const { consumer, pull } = await setUp(capped);
    await consumer.acknowledge(await pull());
    jest.advanceTimersByTime(LEASE_MS);
    const messages = await pull();
    expect(textsOf(messages)).toEqual(['2', '3']);
    await consumer.acknowledge(messages);
    expect(textsOf(await pull())).toEqual(['4']);
  });
});

describe('a lying consumer', () => {
  test('says "empty" at every second pull', async () => {
    const { pull } = await setUp((consumer) => lyingConsumer(consumer, { emptyEvery: 2 }));
    expect(textsOf(await pull())).toHaveLength(5);
    jest.advanceTimersByTime(LEASE_MS);
    expect(await pull()).toEqual([]);
    expect(textsOf(await pull())).toHaveLength(5);
  });

  test('hides messages for their lag, and begins their leases when it shows them', async () => {
    const { calls, pull } = await setUp((consumer) => lyingConsumer(consumer, { lagMs: 500 }));
    expect(await pull()).toEqual([]);
    jest.advanceTimersByTime(499);
    expect(await pull()).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(textsOf(await pull())).toEqual(['0', '1', '2', '3', '4']);
    expect(calls).toEqual([['extend', ['0', '1', '2', '3', '4']]]);
    jest.advanceTimersByTime(LEASE_MS - 1);
    expect(await pull()).toEqual([]);
  });
});
