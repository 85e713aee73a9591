import { describe, expect, test } from '@jest/globals';
import { PlatformError } from '../../../shared/errors.ts';
import type { Consumer } from '../../../shared/queue/consumer.ts';
import { sleep } from '../../../shared/sleep.ts';
import { lyingConsumer } from '../../setup/lying-consumer.ts';
import { LEASE_MS, passUntil, setUp, watch } from './drain-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';

fakeTimeForEachTest();

describe('the queue counts as empty', () => {
  test('after an empty pull that began after the last acknowledgement was answered', async () => {
    const wrap = (consumer: Consumer): Consumer => ({
      ...consumer,
      acknowledge: async (messages) => {
        await consumer.acknowledge(messages);
        await sleep(500);
      },
    });
    const { drain, publish, calls } = setUp({ wrap });
    const look = watch(drain.look(await publish('m-0', 'key')));
    await pass(490);
    expect(look.isSettled).toBe(false);
    await pass(20);
    expect(look.isSettled).toBe(true);
    const answeredAt = (calls.find(({ call }) => call === 'acknowledge')?.beganAt ?? 0) + 500;
    expect(calls.at(-1)).toMatchObject({ call: 'pull', texts: [] });
    expect(calls.at(-1)?.beganAt).toBeGreaterThanOrEqual(answeredAt);
  });

  test('never while a delivery is in flight; meanwhile it pulls about once a second', async () => {
    const { drain, publish, of, delivered } = setUp({ answer: () => undefined });
    const look = watch(drain.look(await publish('m-0', 'key')));
    await pass(60_000, 100);
    expect(look.isSettled).toBe(false);
    expect(of('pull').length).toBeGreaterThan(55);
    expect(of('pull').length).toBeLessThan(65);
    delivered[0]?.end();
    await pass(50);
    expect(look.isSettled).toBe(true);
  });

  test('not while a message one was woken for is missing, for a lease and 5 s', async () => {
    const { drain, of } = setUp();
    const look = watch(drain.look({ messageId: 'at another instance', key: 'key' }));
    await pass(LEASE_MS + 4_900, 100);
    expect(look.isSettled).toBe(false);
    await pass(1_500, 100);
    expect(look.isSettled).toBe(true);
    // After 50, 100, 200, 400, 800 ms, and each second from then on.
    expect(of('pull').length).toBeLessThan(30);
  });

  test('without a wait where the message of the wake was pulled before', async () => {
    const { drain, publish, of } = setUp();
    const wake = await publish('m-0', 'key');
    await passUntilSettled(drain.look(wake));
    const pulls = of('pull').length;
    const look = watch(drain.look(wake));
    await pass(20);
    expect(look.isSettled).toBe(true);
    expect(of('pull').length).toBe(pulls + 1);
  });

  test('without a wait for a message whose key was put back', async () => {
    const wait = { reason: 'unknown audience', audience: 'a.1', remainingMs: 30_000 };
    const waiting = { settled: 0, wait };
    const { drain, publish, of } = setUp({ answer: () => waiting });
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    expect(of('putBack')).toHaveLength(1);
    const look = watch(drain.look(await publish('m-1', 'key')));
    await pass(20);
    expect(look.isSettled).toBe(true);
  });
});

describe('a pull that does not tell the truth', () => {
  test('a queue that lags the wake by 500 ms still delivers lone messages', async () => {
    const wrap = (consumer: Consumer) => lyingConsumer(consumer, { lagMs: 500 });
    const { drain, publish, delivered } = setUp({ wrap });
    for (let count = 1; count <= 20; count += 1) {
      const publishedAt = Date.now();
      await passUntilSettled(drain.look(await publish(`m-${count}`, 'key')));
      expect(delivered).toHaveLength(count);
      expect((delivered.at(-1)?.at ?? 0) - publishedAt).toBeLessThan(1_000);
      await pass(1_000, 100);
    }
  });

  test('a lone message behind five false empties is delivered', async () => {
    let lies = 5;
    const wrap = (consumer: Consumer): Consumer => ({
      ...consumer,
      pull: (limits) => (lies-- > 0 ? Promise.resolve([]) : consumer.pull(limits)),
    });
    const { drain, publish, textsDelivered } = setUp({ wrap });
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    expect(textsDelivered()).toEqual([['m-0']]);
  });

  test('every other pull empty loses no message of a burst', async () => {
    const wrap = (consumer: Consumer) => lyingConsumer(consumer, { emptyEvery: 2 });
    const { drain, queue, publish, textsDelivered } = setUp({ wrap });
    const looks: Promise<void>[] = [];
    const texts = Array.from({ length: 30 }, (_, index) => `m-${index}`);
    for (const text of texts) {
      looks.push(drain.look(await publish(text, 'key')));
      await pass(30);
    }
    await passUntilSettled(Promise.all(looks));
    expect(textsDelivered().flat()).toEqual(texts);
    expect(queue.pending()).toBe(0);
  });

  test('a failed pull does not count as an empty one', async () => {
    let failures = 3;
    const wrap = (consumer: Consumer): Consumer => ({
      ...consumer,
      pull: (limits) =>
        failures-- > 0
          ? Promise.reject(new PlatformError('QUEUE_UNAVAILABLE', 'no answer'))
          : consumer.pull(limits),
    });
    const { drain, publish, textsDelivered, lines } = setUp({ wrap });
    await publish('m-0', 'key');
    await passUntilSettled(drain.look());
    expect(textsDelivered()).toEqual([['m-0']]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject(
      Array.from({ length: 3 }, () => ({ event: 'queue_call_failed', call: 'pull' })),
    );
  });
});

describe('a wake during the last empty pull', () => {
  /** Answers each pull after 200 ms, with what waited when it began. */
  const slow = (consumer: Consumer): Consumer => ({
    ...consumer,
    pull: async (limits) => {
      const batches = await consumer.pull(limits);
      await sleep(200);
      return batches;
    },
  });

  test.each([
    ['a wake', true],
    ['a sweep', false],
  ])('leads to a pull that begins after it: %s', async (_, isWake) => {
    const { drain, publish, of, textsDelivered } = setUp({ wrap: slow });
    const first = drain.look();
    await pass(100);
    expect(of('pull')).toHaveLength(0);
    const wake = await publish('m-0', 'key');
    const second = drain.look(isWake ? wake : undefined);
    await passUntilSettled(Promise.all([first, second]));
    expect(textsDelivered()).toEqual([['m-0']]);
  });

  test('one for a message that was pulled before does so too', async () => {
    const { drain, publish, textsDelivered } = setUp({ wrap: slow });
    const old = await publish('m-0', 'key');
    const first = drain.look(old);
    await passUntil(() => textsDelivered().length === 1);
    await pass(100);
    await publish('m-1', 'key');
    const second = drain.look(old);
    await passUntilSettled(Promise.all([first, second]));
    expect(textsDelivered()).toEqual([['m-0'], ['m-1']]);
  });

  test('a wake in the turn in which the drain ends begins a new one', async () => {
    const { drain, publish, textsDelivered } = setUp();
    const wakes: Promise<void>[] = [];
    await drain.look().then(async () => {
      wakes.push(drain.look(await publish('m-0', 'key')));
    });
    await passUntilSettled(Promise.all(wakes));
    expect(textsDelivered()).toEqual([['m-0']]);
  });
});
