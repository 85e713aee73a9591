import { describe, expect, jest, test } from '@jest/globals';
import { PlatformError } from '../../../shared/errors.ts';
import type { Consumer } from '../../../shared/queue/consumer.ts';
import { sleep } from '../../../shared/sleep.ts';
import { LEASE_MS, passUntil, setUp, watch } from './drain-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';

fakeTimeForEachTest();

const open = () => undefined;

/** Extensions fail while it says so. */
function extending() {
  const state = { fails: false };
  const wrap = (consumer: Consumer): Consumer => ({
    ...consumer,
    extend: (messages) =>
      state.fails
        ? Promise.reject(new PlatformError('QUEUE_UNAVAILABLE', 'no answer'))
        : consumer.extend(messages),
  });
  return { state, wrap };
}

/** The clock goes on, and no timer does: what a process sees that was stopped. */
function freeze(ms: number): void {
  jest.setSystemTime(Date.now() + ms);
}

describe('a lease', () => {
  test('is extended with all others in one call every 5 s while deliveries are in flight', async () => {
    const { drain, publish, of, delivered } = setUp({ answer: open });
    await publish('m-0', 'key-0');
    await publish('m-1', 'key-1');
    void drain.look();
    await pass(60_500, 100);
    expect(delivered).toHaveLength(2);
    expect(delivered.every(({ hold }) => hold.mayCall() && !hold.isLost())).toBe(true);
    expect(of('extend').map(({ texts }) => texts)).toEqual(
      Array.from({ length: 12 }, () => ['m-0', 'm-1']),
    );
  });

  test('lets no call begin once less than a call takes is left, until it is extended', async () => {
    const { state, wrap } = extending();
    state.fails = true;
    const { drain, publish, delivered, lines } = setUp({ answer: open, wrap });
    void drain.look(await publish('m-0', 'key'));
    await pass(6_900);
    expect(delivered[0]?.hold.mayCall()).toBe(true);
    await pass(200);
    expect(delivered[0]?.hold.mayCall()).toBe(false);
    expect(delivered[0]?.hold.isLost()).toBe(false);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'queue_call_failed', call: 'extend' },
    ]);
    state.fails = false;
    await pass(5_000);
    expect(delivered[0]?.hold.mayCall()).toBe(true);
  });

  test('that has ended: nothing is acknowledged, and the messages come again', async () => {
    const { state, wrap } = extending();
    state.fails = true;
    const { drain, queue, publish, of, delivered, textsDelivered } = setUp({ answer: open, wrap });
    const look = drain.look(await publish('m-0', 'key'));
    await pass(LEASE_MS + 100, 100);
    expect(delivered[0]?.hold.isLost()).toBe(true);
    expect(delivered[0]?.hold.mayCall()).toBe(false);
    state.fails = false;
    delivered[0]?.end();
    await pass(10);
    expect(of('acknowledge')).toEqual([]);
    await passUntil(() => delivered.length === 2, 20_000);
    delivered[1]?.end();
    await passUntilSettled(look);
    expect(textsDelivered()).toEqual([['m-0'], ['m-0']]);
    expect(queue.pending()).toBe(0);
  });

  test('that has ended, and a wait: the key batch is not put back', async () => {
    const { state, wrap } = extending();
    state.fails = true;
    const { drain, publish, of, delivered } = setUp({ answer: open, wrap });
    void drain.look(await publish('m-0', 'key'));
    await pass(LEASE_MS + 100, 100);
    // It came again while its calls were in flight.
    expect(of('putBack')).toHaveLength(1);
    delivered[0]?.end({ settled: 0, wait: { reason: 'paused' } });
    await pass(10);
    expect(of('putBack')).toHaveLength(1);
  });

  test('that has ended: its key is not delivered again before its calls are back', async () => {
    const { state, wrap } = extending();
    state.fails = true;
    const { drain, publish, delivered } = setUp({ answer: open, wrap });
    void drain.look(await publish('m-0', 'key'));
    await pass(LEASE_MS + 100, 100);
    state.fails = false;
    await pass(10_000, 100);
    expect(delivered).toHaveLength(1);
    delivered[0]?.end();
    await pass(3_000);
    expect(delivered).toHaveLength(2);
    expect(delivered[1]?.hold.mayCall()).toBe(true);
  });

  test('that has ended is not revived by an extension that is answered late', async () => {
    const wrap = (consumer: Consumer): Consumer => ({
      ...consumer,
      // Its answer is 0.3 s late, so that the leases end between two looks at them.
      pull: async (limits) => {
        const batches = await consumer.pull(limits);
        await sleep(300);
        return batches;
      },
      extend: async () => {
        await sleep(9_800);
      },
    });
    const { drain, publish, delivered } = setUp({ answer: open, wrap });
    const startedAt = Date.now();
    void drain.look(await publish('m-0', 'key'));
    await pass(startedAt + LEASE_MS + 50 - Date.now());
    expect(delivered[0]?.hold.isLost()).toBe(true);
    for (let count = 0; count < 40; count += 1) {
      await pass(50);
      expect(delivered[0]?.hold.isLost()).toBe(true);
    }
  });
});

test('a failed acknowledgement: the messages come again when their lease ends', async () => {
  let failures = 1;
  const wrap = (consumer: Consumer): Consumer => ({
    ...consumer,
    acknowledge: (messages) =>
      failures-- > 0
        ? Promise.reject(new PlatformError('QUEUE_UNAVAILABLE', 'no answer'))
        : consumer.acknowledge(messages),
  });
  const { drain, queue, publish, textsDelivered } = setUp({ wrap });
  await passUntilSettled(drain.look(await publish('m-0', 'key')));
  expect(textsDelivered()).toEqual([['m-0'], ['m-0']]);
  expect(queue.pending()).toBe(0);
});

describe('after a freeze', () => {
  test('of more than 5 s everything held is forgotten, and no call begins', async () => {
    const { drain, queue, publish, of, delivered } = setUp({ answer: open });
    await publish('m-0', 'key-0');
    await publish('m-1', 'key-1');
    const look = drain.look();
    await pass(2_000);
    freeze(6_000);
    expect(delivered.map(({ hold }) => hold.mayCall())).toEqual([false, false]);
    expect(delivered.map(({ hold }) => hold.isLost())).toEqual([true, true]);
    for (const one of delivered) one.end();
    await pass(100);
    expect(of('acknowledge')).toEqual([]);
    expect(of('putBack')).toEqual([]);
    expect(queue.pending()).toBe(2);

    await pass(LEASE_MS, 100);
    expect(delivered).toHaveLength(4);
    for (const one of delivered) one.end();
    await passUntilSettled(look);
    expect(queue.pending()).toBe(0);
  });

  test('of less than 5 s everything goes on', async () => {
    const { drain, queue, publish, delivered } = setUp({ answer: open });
    const look = drain.look(await publish('m-0', 'key'));
    await pass(2_000);
    freeze(3_500);
    expect(delivered[0]?.hold.mayCall()).toBe(true);
    delivered[0]?.end();
    await passUntilSettled(look);
    expect(queue.pending()).toBe(0);
  });

  /** Pulls that find something answer after 500 ms. */
  const slow = (consumer: Consumer): Consumer => ({
    ...consumer,
    pull: async (limits) => {
      const batches = await consumer.pull(limits);
      if (batches.length > 0) await sleep(500);
      return batches;
    },
  });

  test('a pull that began before it is dropped, and its messages come again', async () => {
    const { drain, publish, textsDelivered } = setUp({ answer: open, wrap: slow });
    void drain.look(await publish('held', 'key-0'));
    await passUntil(() => textsDelivered().length === 1);
    void drain.look(await publish('pulled', 'key-1'));
    await pass(100);
    freeze(6_000);
    await pass(1_000);
    expect(textsDelivered()).toEqual([['held']]);
    await passUntil(() => textsDelivered().length > 1, LEASE_MS + 2_000);
    expect(textsDelivered()).toEqual([['held'], ['pulled']]);
  });

  test('that outlasted the lease of a pull, no call begins for what it handed out', async () => {
    const { drain, publish, delivered } = setUp({ answer: open, wrap: slow });
    void drain.look(await publish('m-0', 'key'));
    await pass(100);
    freeze(LEASE_MS);
    await pass(1_000);
    expect(delivered.every(({ hold }) => hold.isLost() && !hold.mayCall())).toBe(true);
  });

  test('an idle drain is not frozen, however long ago its last pull was', async () => {
    const { drain, queue, publish, delivered } = setUp({ answer: open });
    await passUntilSettled(drain.look());
    freeze(60_000);
    const look = watch(drain.look(await publish('m-0', 'key')));
    await pass(100);
    expect(delivered.map(({ hold }) => hold.mayCall())).toEqual([true]);
    delivered[0]?.end();
    await pass(100);
    expect(look.isSettled).toBe(true);
    expect(queue.pending()).toBe(0);
  });
});
