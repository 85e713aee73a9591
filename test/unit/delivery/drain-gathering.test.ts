import { describe, expect, test } from '@jest/globals';
import { NO_COUNTS } from '../../../shared/delivery/key-batch.ts';
import type { Consumer } from '../../../shared/queue/consumer.ts';
import { sleep } from '../../../shared/sleep.ts';
import { passUntil, setUp, setUpQueue } from './drain-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';

fakeTimeForEachTest();

const open = () => undefined;

describe('a key', () => {
  test('at rest is acknowledged at once', async () => {
    const { drain, publish, of, delivered } = setUp();
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    await pass(200);
    await passUntilSettled(drain.look(await publish('m-1', 'key')));
    const waitsMs = of('acknowledge').map(
      ({ beganAt }, index) => beganAt - (delivered[index]?.at ?? 0),
    );
    expect(waitsMs).toEqual([0, 0]);
  });

  test('that is busy is acknowledged after 100 ms, so that its next messages gather', async () => {
    const { drain, publish, of, textsDelivered } = setUp();
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    const startedAt = Date.now();
    void drain.look(await publish('m-1', 'key'));
    for (let index = 2; index < 8; index += 1) {
      await pass(10);
      void drain.look(await publish(`m-${index}`, 'key'));
    }
    await passUntilSettled(drain.look());
    expect(textsDelivered().slice(0, 3)).toEqual([
      ['m-0'],
      ['m-1'],
      ['m-2', 'm-3', 'm-4', 'm-5', 'm-6', 'm-7'],
    ]);
    expect((of('acknowledge')[1]?.beganAt ?? 0) - startedAt).toBe(100);
  });

  test('that is busy is acknowledged at once after a full call', async () => {
    const { drain, publish, of } = setUp({
      answer: () => ({ counts: { ...NO_COUNTS, delivered: 100 } }),
    });
    await passUntilSettled(drain.look(await publish('m-0', 'key')));
    const startedAt = Date.now();
    await passUntilSettled(drain.look(await publish('m-1', 'key')));
    expect(of('acknowledge')[1]?.beganAt).toBe(startedAt);
  });

  test('that is busy waits no longer where its delivery has taken 100 ms', async () => {
    const { drain, publish, of, delivered } = setUp({ answer: open });
    void drain.look(await publish('m-0', 'key'));
    await pass(10);
    delivered[0]?.end();
    await pass(10);
    void drain.look(await publish('m-1', 'key'));
    await pass(150);
    const endedAt = Date.now();
    delivered[1]?.end();
    await pass(10);
    expect(of('acknowledge')[1]?.beganAt).toBe(endedAt);
  });

  test('has one delivery at a time; its next messages come after the acknowledgement', async () => {
    const { drain, publish, delivered, textsDelivered } = setUp({ answer: open });
    void drain.look(await publish('m-0', 'key'));
    await pass(10);
    void drain.look(await publish('m-1', 'key'));
    void drain.look(await publish('m-2', 'key'));
    await pass(5_000);
    expect(textsDelivered()).toEqual([['m-0']]);
    delivered[0]?.end();
    await pass(10);
    expect(textsDelivered()).toEqual([['m-0'], ['m-1', 'm-2']]);
  });

  test('is free before its acknowledgement is answered: its next messages are not put back', async () => {
    const wrap = (consumer: Consumer): Consumer => ({
      ...consumer,
      acknowledge: async (messages) => {
        await consumer.acknowledge(messages);
        await sleep(500);
      },
    });
    const { drain, publish, of, textsDelivered } = setUp({ wrap });
    void drain.look(await publish('m-0', 'key'));
    await pass(10);
    void drain.look(await publish('m-1', 'key'));
    await pass(10);
    expect(textsDelivered()).toEqual([['m-0'], ['m-1']]);
    expect(of('putBack')).toEqual([]);
  });

  test('does not wait for other keys', async () => {
    const { drain, publish, textsDelivered, of } = setUp({
      answer: ({ texts }) => (texts[0] === 'slow' ? undefined : {}),
    });
    void drain.look(await publish('slow', 'key-0'));
    await pass(10);
    void drain.look(await publish('fast', 'key-1'));
    await pass(10);
    expect(textsDelivered()).toEqual([['slow'], ['fast']]);
    expect(of('acknowledge')).toMatchObject([{ texts: ['fast'] }]);
  });
});

describe('what is held is bounded', () => {
  test('by maxBytes and one message; more is pulled once something is acknowledged', async () => {
    const { drain, publish, delivered } = setUp({ answer: open, settings: { maxBytes: 1_000 } });
    for (let key = 0; key < 6; key += 1) await publish('x'.repeat(400), `key-${key}`);
    void drain.look();
    await pass(10_000, 100);
    expect(delivered).toHaveLength(3);
    delivered[0]?.end();
    await pass(10);
    expect(delivered).toHaveLength(4);
  });

  test('by 10,000 messages, of which a pull hands out 2,000', async () => {
    const shared = setUpQueue();
    const asked: number[] = [];
    const wrap = (consumer: Consumer): Consumer => ({
      ...consumer,
      pull: (limits) => {
        asked.push(limits.maxMessages);
        return consumer.pull(limits);
      },
    });
    const { drain, publish, delivered } = setUp({ answer: open, wrap }, shared);
    for (let index = 0; index < 10_600; index += 1) await publish('m', `key-${index % 53}`);
    void drain.look();
    await passUntil(() => delivered.flatMap(({ texts }) => texts).length >= 10_000);
    await pass(5_000, 100);
    expect(delivered.flatMap(({ texts }) => texts)).toHaveLength(10_000);
    expect(Math.max(...asked)).toBe(2_000);
    delivered[0]?.end();
    await pass(10);
    expect(delivered.flatMap(({ texts }) => texts).length).toBeGreaterThan(10_000);
  });
});
