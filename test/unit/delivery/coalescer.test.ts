import { describe, expect, test } from '@jest/globals';
import { fakeTimeForEachTest, pass } from './fake-time.ts';
import { setImmediate as turn } from 'node:timers/promises';
import { departures, named, openCalls } from './open-calls.ts';

const delivered = { status: 'delivered' };
const repeated = <Value>(count: number, value: Value): Value[] =>
  Array.from({ length: count }, () => value);

fakeTimeForEachTest();

describe('members of concurrent deliveries share a call', () => {
  test('up to its members', async () => {
    const { submit, sizes, answerAll } = openCalls();
    const all = ['a', 'b', 'c'].map((name) => submit({ users: named(name, 4) }));
    await departures();
    await answerAll();
    expect(sizes()).toEqual([6, 6]);
    expect(await Promise.all(all)).toEqual(repeated(3, repeated(4, delivered)));
  });

  test('up to its bytes, and a member too large for any call goes alone', async () => {
    const bytesOf = ({ member }: { member: { user: string } }) => member.user.length;
    const { submit, calls, answerAll } = openCalls({ limits: { maxBytes: 10, bytesOf } });
    void submit({ users: ['aaaa', 'bbbb'] });
    void submit({ users: ['cc', 'dddddddddddddddd', 'eeeeeeeeee', 'f'] });
    await departures();
    await answerAll();
    expect(calls.map(({ users }) => users)).toEqual([
      ['aaaa', 'bbbb', 'cc'],
      ['dddddddddddddddd'],
      ['eeeeeeeeee'],
      ['f'],
    ]);
  });

  test('up to its segments, each of which has its turn', async () => {
    const { submit, calls, answerAll } = openCalls({ limits: { maxSegments: 2 } });
    for (const segment of ['s1', 's2', 's3']) void submit({ segment, users: ['u'] });
    await departures();
    await answerAll();
    expect(calls.map(({ segments }) => [...segments])).toEqual([['s1', 's2'], ['s3']]);
  });

  test('of one segment only, where calls do not mix them', async () => {
    const { submit, calls } = openCalls({ limits: { maxSegments: 1 } });
    for (const segment of ['s1', 's2', 's1']) {
      void submit({ segment, users: named(`u${Math.random()}`, 2) });
    }
    await departures();
    expect(calls.map(({ segments, users }) => [[...segments], users.length])).toEqual([
      [['s1'], 4],
      [['s2'], 2],
    ]);
  });

  test('but adds and removes go apart, at the same time', async () => {
    const { submit, calls } = openCalls();
    void submit({ operation: 'add', users: ['a', 'b'] });
    void submit({ operation: 'remove', users: ['c'] });
    await departures();
    expect(calls.map(({ operation, users }) => [operation, users])).toEqual([
      ['add', ['a', 'b']],
      ['remove', ['c']],
    ]);
  });
});

describe('a delivery is answered', () => {
  test('for its own members only, in their order, when one of another is refused or to be retried', async () => {
    const { submit, calls } = openCalls();
    const all = [['a', 'bad'], ['b'], ['busy', 'c']].map((users) => submit({ users }));
    await departures();
    const rejected = { status: 'rejected', reason: 'unknown' } as const;
    const retry = { status: 'retry', reason: 'busy' } as const;
    calls[0]?.answer((user) =>
      user === 'bad' ? rejected : user === 'busy' ? retry : { status: 'delivered' },
    );
    expect(calls).toHaveLength(1);
    expect(await Promise.all(all)).toEqual([
      [delivered, rejected],
      [delivered],
      [retry, delivered],
    ]);
  });

  test('once the outcomes of all its members are known, over several calls', async () => {
    const { submit, calls } = openCalls({ limits: { maxMembers: 2 } });
    let settled = false;
    const outcomes = submit({ users: ['a', 'b', 'c'] }).finally(() => (settled = true));
    await departures();
    calls[0]?.answer();
    await departures();
    expect(settled).toBe(false);
    calls[1]?.answer(() => ({ status: 'skipped', reason: 'x' }));
    expect(await outcomes).toEqual([delivered, delivered, { status: 'skipped', reason: 'x' }]);
  });

  test('at once when it has none', async () => {
    const { submit, calls } = openCalls();
    expect(await submit({ users: [] })).toEqual([]);
    expect(calls).toEqual([]);
  });

  test('with a retry for a member whose outcome is missing', async () => {
    const { submit, calls } = openCalls();
    const outcomes = submit({ users: ['a'] });
    await departures();
    calls[0]?.answer(() => undefined as never);
    expect(await outcomes).toMatchObject([{ status: 'retry' }]);
  });
});

describe('nothing waits at low load', () => {
  test('a lone delivery goes out in the next turn of the event loop, every time', async () => {
    const { submit, calls } = openCalls();
    for (const user of ['a', 'b', 'c']) {
      const outcomes = submit({ users: [user] });
      await turn();
      expect(calls.at(-1)?.users).toEqual([user]);
      calls.at(-1)?.answer();
      expect(await outcomes).toEqual([delivered]);
      await departures();
    }
  });
});

test('a delivery of several calls goes out whole, as evenly as can be', async () => {
  const { submit, sizes } = openCalls();
  void submit({ users: named('a', 25) });
  await departures();
  expect(sizes()).toEqual([9, 8, 8]);
});

describe('while a call is under way', () => {
  test('a partial batch gathers, and goes when it returns', async () => {
    const { submit, calls, sizes } = openCalls();
    void submit({ users: ['a'] });
    await departures();
    for (const user of ['b', 'c', 'd']) {
      void submit({ users: [user] });
      await departures();
    }
    expect(sizes()).toEqual([1]);
    calls[0]?.answer();
    await departures();
    expect(sizes()).toEqual([1, 3]);
  });

  test('a batch goes as soon as it is half full', async () => {
    const { submit, sizes } = openCalls();
    void submit({ users: ['a'] });
    await departures();
    void submit({ users: named('b', 4) });
    await departures();
    expect(sizes()).toEqual([1]);
    void submit({ users: named('c', 3) });
    await departures();
    expect(sizes()).toEqual([1, 7]);
  });

  test('a partial batch goes after 200 ms when the call takes its time', async () => {
    const { submit, sizes } = openCalls();
    void submit({ users: ['a'] });
    await departures();
    await pass(1_000);
    void submit({ users: ['b'] });
    await pass(100);
    void submit({ users: ['c'] });
    await pass(99);
    await departures();
    expect(sizes()).toEqual([1]);
    await pass(1);
    await departures();
    expect(sizes()).toEqual([1, 2]);
  });

  test('so does what a full batch that left late has left behind', async () => {
    const { submit, calls, sizes } = openCalls({ maxConcurrentCalls: 2 });
    void submit({ users: named('a', 20) });
    await departures();
    void submit({ users: named('b', 10) });
    await departures();
    await pass(5_000);
    expect(sizes()).toEqual([10, 10]);
    calls[0]?.answer();
    await departures();
    expect(sizes()).toEqual([10, 10, 10]);
    void submit({ users: named('c', 4) });
    calls[2]?.answer();
    await departures();
    expect(sizes()).toEqual([10, 10, 10]);
    await pass(200);
    await departures();
    expect(sizes()).toEqual([10, 10, 10, 4]);
  });

  test('so does a member that waited for an earlier operation of its user', async () => {
    const { submit, calls } = openCalls();
    void submit({ users: ['a'] });
    await departures();
    void submit({ operation: 'remove', users: ['x'] });
    void submit({ operation: 'remove', users: ['a'] });
    await departures();
    await pass(1_000);
    calls[0]?.answer();
    await departures();
    await pass(200);
    await departures();
    expect(calls.map(({ operation, users }) => [operation, users])).toEqual([
      ['add', ['a']],
      ['remove', ['x']],
      ['remove', ['a']],
    ]);
  });

  test.each([1, 3, 4])('full batches go, up to %i calls at once', async (maxConcurrentCalls) => {
    const { submit, underWay, sizes, answerAll } = openCalls({ maxConcurrentCalls });
    void submit({ users: named('a', 95) });
    await departures();
    expect(sizes()).toEqual(repeated(maxConcurrentCalls, 10));
    await pass(1_000);
    await departures();
    expect(underWay.size).toBe(maxConcurrentCalls);
    await answerAll();
    expect(sizes().slice(0, 5)).toEqual(repeated(5, 10));
    expect(sizes().reduce((sum, size) => sum + size)).toBe(95);
    expect(sizes()).toHaveLength(10);
  });
});

describe('a call that breaks', () => {
  test('fails all whose members it held, and nobody else', async () => {
    const { submit, calls } = openCalls({ limits: { maxSegments: 1 } });
    const failed = [submit({ users: ['a'] }), submit({ users: ['b'] })];
    const other = submit({ segment: 'other', users: ['c'] });
    await departures();
    calls[0]?.fail(new TypeError('a bug'));
    calls[1]?.answer();
    const results = await Promise.allSettled(failed);
    expect(results).toMatchObject(
      repeated(2, { status: 'rejected', reason: { message: 'a bug' } }),
    );
    expect(await other).toEqual([delivered]);
  });

  test('fails a delivery only once no call holds a member of it', async () => {
    const { submit, calls } = openCalls({ limits: { maxMembers: 2 } });
    let settled = false;
    const failed = submit({ users: ['a', 'b', 'c', 'd'] }).finally(() => (settled = true));
    const rejection = expect(failed).rejects.toThrow('a bug');
    await departures();
    expect(calls).toHaveLength(2);
    calls[0]?.fail(new TypeError('a bug'));
    await departures();
    expect(settled).toBe(false);
    calls[1]?.answer();
    await rejection;
  });

  test('holds up nobody who comes after', async () => {
    const { submit, calls } = openCalls({ maxConcurrentCalls: 1 });
    const failed = expect(submit({ users: ['a'] })).rejects.toThrow('a bug');
    await departures();
    const next = submit({ users: ['a', 'b'] });
    calls[0]?.fail(new TypeError('a bug'));
    await failed;
    await departures();
    calls[1]?.answer();
    await departures();
    calls[2]?.answer();
    expect(await next).toEqual([delivered, delivered]);
  });
});
