import { expect, test } from '@jest/globals';
import type { Consumer } from '../../../shared/queue/consumer.ts';
import { sleep } from '../../../shared/sleep.ts';
import { LEASE_MS, setUp, setUpQueue, watch } from './drain-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';

fakeTimeForEachTest();

const open = () => undefined;

test('stop acknowledges what ends within its time; what is in a call then comes when its lease ends', async () => {
  const shared = setUpQueue();
  const { drain, publish, of, delivered } = setUp({ answer: open }, shared);
  for (const text of ['m-0', 'm-1']) await publish(text, 'slow');
  await publish('m-2', 'fast');
  const look = watch(drain.look());
  await pass(10);
  const stopped = watch(drain.stop(1_000));
  await pass(500);
  delivered.find(({ texts }) => texts[0] === 'm-2')?.end();
  await pass(400);
  expect(of('acknowledge')).toMatchObject([{ texts: ['m-2'] }]);
  expect(stopped.isSettled).toBe(false);
  await pass(110);
  expect(stopped.isSettled).toBe(true);
  expect(look.isSettled).toBe(true);
  // The call may still reach the platform: nobody else sends to it meanwhile.
  expect(of('putBack')).toEqual([]);

  const next = setUp({}, shared);
  void next.drain.look(await publish('m-3', 'slow'));
  await pass(LEASE_MS - 2_000, 100);
  expect(next.textsDelivered()).toEqual([]);
  await pass(4_000, 100);
  expect(next.textsDelivered()).toEqual([['m-0', 'm-1', 'm-3']]);
});

test('stop waits no longer than for the calls in flight', async () => {
  const { drain, publish, delivered, queue } = setUp({ answer: open });
  void drain.look(await publish('m-0', 'key'));
  await pass(10);
  const stopped = watch(drain.stop(8_000));
  await pass(300);
  delivered[0]?.end();
  await pass(20);
  expect(stopped.isSettled).toBe(true);
  expect(queue.pending()).toBe(0);
});

test('after stop no call begins, nothing is looked at again, and nothing is pulled', async () => {
  const { drain, publish, of, delivered } = setUp({ answer: open });
  void drain.look(await publish('m-0', 'key'));
  await pass(10);
  const lookedAgain = delivered[0]?.hold.lookAgain();
  const stopping = drain.stop(1_000);
  await pass(10);
  expect(delivered[0]?.hold.mayCall()).toBe(false);
  expect(await lookedAgain).toBe(false);
  expect(await delivered[0]?.hold.lookAgain()).toBe(false);
  await passUntilSettled(stopping);
  const pulls = of('pull').length;
  await passUntilSettled(drain.look(await publish('m-1', 'key')));
  await pass(2_000, 100);
  expect(of('pull')).toHaveLength(pulls);
  expect(delivered).toHaveLength(1);
});

test('what waits when stop is called is put back by a second, whatever its wait', async () => {
  const { drain, publish, of, delivered } = setUp({ answer: open });
  void drain.look(await publish('m-0', 'key'));
  await pass(10);
  const stopping = drain.stop(1_000);
  delivered[0]?.end({ settled: 0, wait: { reason: 'paused', remainingMs: 30_000 } });
  await passUntilSettled(stopping);
  expect(of('putBack')).toMatchObject([{ texts: ['m-0'], seconds: 1 }]);
});

test('what a pull in flight hands out after stop is put back, not delivered', async () => {
  const wrap = (consumer: Consumer): Consumer => ({
    ...consumer,
    pull: async (limits) => {
      const batches = await consumer.pull(limits);
      await sleep(300);
      return batches;
    },
  });
  const { drain, publish, of, delivered } = setUp({ wrap });
  void drain.look(await publish('m-0', 'key'));
  await pass(100);
  await passUntilSettled(drain.stop(1_000));
  expect(of('putBack')).toMatchObject([{ texts: ['m-0'], seconds: 1 }]);
  expect(delivered).toEqual([]);
});

test('stop ends the wait of a busy key for its next messages', async () => {
  const { drain, publish, of, queue } = setUp();
  await passUntilSettled(drain.look(await publish('m-0', 'key')));
  void drain.look(await publish('m-1', 'key'));
  await pass(20);
  const stoppedAt = Date.now();
  await passUntilSettled(drain.stop(1_000));
  expect((of('acknowledge')[1]?.beganAt ?? 0) - stoppedAt).toBeLessThan(20);
  expect(queue.pending()).toBe(0);
});

test('an idle drain stops at once', async () => {
  const { drain } = setUp();
  const stopped = watch(drain.stop(8_000));
  await pass(10);
  expect(stopped.isSettled).toBe(true);
});
