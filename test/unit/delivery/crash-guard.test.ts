import { describe, expect, test } from '@jest/globals';
import { NO_COUNTS } from '../../../shared/delivery/key-batch.ts';
import type { CrashRecord, CrashStore } from '../../../shared/delivery/crash-guard.ts';
import { createEmbeddedCrashStore } from '../../../shared/delivery/embedded-crash-store.ts';
import { LEASE_MS, passUntil, setUp, setUpQueue, type DrainOptions } from './drain-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';

fakeTimeForEachTest();

const open = () => undefined;

/** One queue and one record of crashes, and a drain of each process. */
function setUpProcesses() {
  const shared = setUpQueue();
  const embedded = createEmbeddedCrashStore();
  const writes: CrashRecord[] = [];
  const crashStore: CrashStore = {
    ...embedded,
    write: (record) => {
      writes.push(record);
      return embedded.write(record);
    },
  };
  /** Whoever held a message of these keys crashes: a process ends when nobody uses it any more. */
  const start = (answer?: DrainOptions['answer']) => {
    const crashable = { isCrashed: false };
    const process = setUp(
      {
        crashStore,
        answer: (delivered) =>
          crashable.isCrashed ? undefined : (answer ?? (() => ({})))(delivered),
        // A process that is gone pulls nothing, and extends nothing.
        wrap: (consumer) => ({
          ...consumer,
          pull: (limits) => (crashable.isCrashed ? new Promise(open) : consumer.pull(limits)),
          extend: (messages) =>
            crashable.isCrashed ? new Promise(open) : consumer.extend(messages),
        }),
      },
      shared,
    );
    const crash = () => {
      crashable.isCrashed = true;
    };
    return { ...process, crash };
  };
  /** A process that crashes when it delivers a message that says so. */
  const startFragile = () => {
    const process = start((delivered) => {
      if (delivered.hasCrashed || !delivered.texts.some((text) => text.startsWith('poison'))) {
        return {};
      }
      process.crash();
      return undefined;
    });
    return process;
  };
  return { ...shared, writes, start, startFragile };
}

describe('while processes end in order', () => {
  test('the record is written at the begin and at the end, and for no key batch', async () => {
    const { start, publish, writes } = setUpProcesses();
    const process = start();
    for (let index = 0; index < 20; index += 1) {
      await passUntilSettled(process.drain.look(await publish(`m-${index}`, `key-${index % 3}`)));
    }
    expect(writes).toEqual([{ isRunning: true, inHand: [], earlier: [] }]);
    await passUntilSettled(process.drain.stop(1_000));
    expect(writes.slice(1)).toEqual([{ isRunning: false, inHand: [], earlier: [] }]);
  });

  test('the next process pulls as ever', async () => {
    const { start, publish } = setUpProcesses();
    const first = start();
    await passUntilSettled(first.drain.look(await publish('m-0', 'key')));
    await passUntilSettled(first.drain.stop(1_000));
    const second = start();
    for (const text of ['m-1', 'm-2', 'm-3']) await publish(text, 'key');
    await passUntilSettled(second.drain.look());
    expect(second.textsDelivered()).toEqual([['m-1', 'm-2', 'm-3']]);
  });

  test('a process that was woken for nothing leaves no trace either', async () => {
    const { start, writes } = setUpProcesses();
    await passUntilSettled(start().drain.stop(1_000));
    expect(writes).toEqual([]);
  });
});

describe('after a crash', () => {
  test('messages come one by one, noted before their delivery, for a lease and 2 s', async () => {
    const { start, publish, writes } = setUpProcesses();
    const first = start(open);
    void first.drain.look(await publish('held', 'key-0'));
    await pass(10);
    first.crash();

    const notedAtDelivery: unknown[] = [];
    const second = start(() => {
      notedAtDelivery.push(writes.at(-1)?.inHand.map(({ messageId }) => messageId));
      return { counts: { ...NO_COUNTS, delivered: 100 } };
    });
    const ids: string[] = [];
    for (const text of ['m-0', 'm-1', 'm-2']) ids.push((await publish(text, 'key-1')).messageId);
    writes.length = 0;
    await passUntilSettled(second.drain.look());
    expect(second.textsDelivered()).toEqual([['m-0'], ['m-1'], ['m-2']]);
    expect(notedAtDelivery).toEqual(ids.map((id) => [id]));
    expect(writes.every(({ isRunning }) => isRunning)).toBe(true);

    await pass(LEASE_MS + 2_000, 100);
    writes.length = 0;
    for (const text of ['m-3', 'm-4']) await publish(text, 'key-1');
    await passUntilSettled(second.drain.look());
    expect(second.textsDelivered().slice(3).toSorted()).toEqual([['held'], ['m-3', 'm-4']]);
    expect(writes).toEqual([]);
  });

  test('keys are still delivered side by side', async () => {
    const { start, publish } = setUpProcesses();
    const first = start(open);
    void first.drain.look(await publish('held', 'key-0'));
    await pass(200);
    first.crash();
    const second = start(open);
    await publish('m-0', 'key-1');
    await publish('m-1', 'key-2');
    void second.drain.look();
    await pass(200);
    expect(second.textsDelivered()).toEqual([['m-0'], ['m-1']]);
  });
});

describe('a message that crashes its process', () => {
  /** Starts a process after each crash, until everything is acknowledged. */
  const restartUntilIdle = async (processes: ReturnType<typeof setUpProcesses>, limit: number) => {
    const started: ReturnType<typeof processes.startFragile>[] = [];
    while (processes.queue.pending() > 0 && started.length < limit) {
      const process = processes.startFragile();
      started.push(process);
      const isCrashed = () => process.delivered.some((one) => one.at + 50 < Date.now());
      for (let waited = 0; waited < 40_000 && processes.queue.pending() > 0; waited += 500) {
        void process.drain.look();
        await pass(500, 50);
        const last = process.delivered.at(-1);
        if (last?.texts[0]?.startsWith('poison') === true && !last.hasCrashed && isCrashed()) break;
      }
    }
    return started;
  };

  test('is delivered alone after one or two noted crashes, and as a dead letter after three', async () => {
    const processes = setUpProcesses();
    await processes.publish('poison', 'key');
    const started = await restartUntilIdle(processes, 10);
    const runs = started.flatMap(({ delivered }) => delivered.map(({ hasCrashed }) => hasCrashed));
    // The first crash leaves no trace: nothing is noted while processes end in order.
    expect(runs).toEqual([false, false, false, false, true]);
    expect(processes.queue.pending()).toBe(0);
  });

  test('of two, both end as dead letters, and everything else is delivered', async () => {
    const processes = setUpProcesses();
    await processes.publish('poison 0', 'key-0');
    await processes.publish('poison 1', 'key-1');
    for (let key = 2; key < 6; key += 1) await processes.publish(`m-${key}`, `key-${key}`);
    const started = await restartUntilIdle(processes, 30);
    const dead = started.flatMap(({ delivered }) =>
      delivered.filter(({ hasCrashed }) => hasCrashed).flatMap(({ texts }) => texts),
    );
    expect(dead.toSorted()).toEqual(['poison 0', 'poison 1']);
    expect(processes.queue.pending()).toBe(0);
  });

  test('is delivered when no other is in flight, and no other begins meanwhile', async () => {
    const { start, publish } = setUpProcesses();
    const suspect = await publish('suspect', 'key-0');
    for (let count = 0; count < 2; count += 1) {
      const process = start(open);
      void process.drain.look(suspect);
      await passUntil(() => process.delivered.length === 1);
      process.crash();
    }
    const last = start(open);
    await publish('m-0', 'key-1');
    void last.drain.look(suspect);
    await passUntil(() => last.delivered.length === 1);
    // The lease of the process before it ends, and it waits for the other.
    await pass(LEASE_MS + 1_000, 100);
    expect(last.textsDelivered()).toEqual([['m-0']]);
    last.delivered[0]?.end();
    await passUntil(() => last.delivered.length === 2);
    expect(last.textsDelivered()[1]).toEqual(['suspect']);
    void last.drain.look(await publish('m-1', 'key-1'));
    await pass(2_000);
    expect(last.delivered).toHaveLength(2);
    last.delivered[1]?.end();
    await passUntil(() => last.delivered.length === 3);
  });

  test('an innocent one that was delivered is not noted any more', async () => {
    const { start, publish, writes } = setUpProcesses();
    const first = start(open);
    void first.drain.look(await publish('held', 'key-0'));
    await pass(10);
    first.crash();
    const waiting = { settled: 0, wait: { reason: 'unknown audience', audience: 'a.1' } };
    const second = start(({ texts }) => (texts[0] === 'held' ? {} : waiting));
    await passUntilSettled(second.drain.look(await publish('innocent', 'key-1')));
    expect(writes.some(({ inHand }) => inHand.length > 0)).toBe(true);
    expect(writes.at(-1)).toEqual({ isRunning: true, inHand: [], earlier: [] });
  });

  test('a clean stop forgets who was in hand at crashes', async () => {
    const { start, publish, writes } = setUpProcesses();
    const first = start(open);
    const wake = await publish('suspect', 'key');
    void first.drain.look(wake);
    await pass(10);
    first.crash();
    const second = start(open);
    void second.drain.look(wake);
    await passUntil(() => second.delivered.length === 1);
    await passUntilSettled(second.drain.stop(100));
    expect(writes.at(-1)).toEqual({ isRunning: false, inHand: [], earlier: [] });
  });
});

test('a store that fails stops no delivery', async () => {
  const failing: CrashStore = {
    read: () => Promise.reject(new Error('down')),
    write: () => Promise.reject(new Error('down')),
    close: () => Promise.resolve(),
  };
  const { drain, publish, textsDelivered, storeFailures } = setUp({ crashStore: failing });
  await passUntilSettled(drain.look(await publish('m-0', 'key')));
  await passUntilSettled(drain.stop(1_000));
  expect(textsDelivered()).toEqual([['m-0']]);
  expect(storeFailures).toHaveLength(3);
});
