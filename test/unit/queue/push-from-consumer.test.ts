import { expect, test } from '@jest/globals';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import { createPusher } from '../../../shared/queue/push-from-consumer.ts';
import { routeByKind } from '../../../shared/queue/route-by-kind.ts';
import { fakeTimeForEachTest, pass } from '../delivery/fake-time.ts';

fakeTimeForEachTest();

function setUp() {
  const mutations = createEmbeddedQueue();
  const control = createEmbeddedQueue();
  const publisher = routeByKind({ mutations, control });
  const consumer = control.subscribe().createConsumer(60_000);
  const pushed: string[] = [];
  const failing = new Set<string>();
  const failures: unknown[] = [];
  const pusher = createPusher({
    consumer,
    push: ({ data }, key) => {
      const text = Buffer.from(data).toString();
      pushed.push(`${text} of ${key}`);
      return Promise.resolve(failing.has(text) ? 'nack' : 'ack');
    },
    onFailed: (error) => failures.push(error),
  });
  const publish = (text: string, kind: string, orderingKey: string) =>
    publisher.publish({ data: Buffer.from(text), attributes: { kind }, orderingKey });
  return { mutations, control, pusher, pushed, failing, failures, publish, consumer };
}

test('mutations go to their topic, all else to control', async () => {
  const { mutations, control, publish } = setUp();
  await publish('m', 'mutations', 'k');
  await publish('c', 'create-audience', 'k');
  await publish('r', 'rejected-entries', 'k');
  expect([mutations.pending(), control.pending()]).toEqual([1, 2]);
});

test('messages are pushed in the order of their key, each once it is acknowledged', async () => {
  const { control, pusher, pushed, publish } = setUp();
  for (const text of ['a', 'b']) await publish(text, 'create-audience', 'k');
  await publish('c', 'create-audience', 'other');
  await pusher.look();
  expect(pushed.toSorted()).toEqual(['a of k', 'b of k', 'c of other']);
  expect(pushed.indexOf('a of k')).toBeLessThan(pushed.indexOf('b of k'));
  expect(control.pending()).toBe(0);
});

test('one that is not acknowledged comes again with what is behind it, and holds up no other key', async () => {
  const { control, pusher, pushed, failing, publish } = setUp();
  failing.add('a');
  for (const text of ['a', 'b']) await publish(text, 'create-audience', 'k');
  await publish('c', 'create-audience', 'other');
  await pusher.look();
  await pusher.look();
  expect(pushed.toSorted()).toEqual(['a of k', 'c of other']);
  failing.clear();
  await pass(1_100);
  await pusher.look();
  expect(pushed.slice(-2)).toEqual(['a of k', 'b of k']);
  expect(control.pending()).toBe(0);
});

test('a queue that fails is told, and nothing is thrown', async () => {
  const { pusher, failures, consumer } = setUp();
  const error = new Error('down');
  consumer.pull = () => Promise.reject(error);
  await pusher.look();
  expect(failures).toEqual([error]);
});
