import { describe, expect, test } from '@jest/globals';
import { batchFixture, entriesOf, FAILED, REFUSED, seededRandom } from './batch-fixture.ts';
import { usersUpTo } from './delivery-fixture.ts';
import { delivered } from './recording-destination.ts';

const KINDS = [
  ['refuses', REFUSED, 'rejected'],
  ['keeps failing over', FAILED, 'retry'],
] as const;

/** Applies a batch of `size` members, those of some positions at fault; fails where it is not kept. */
async function applyWith(size: number, atFault: readonly number[], kind: (typeof KINDS)[number]) {
  const [, result, status] = kind;
  const users = usersUpTo(size);
  const faulty = new Set(atFault.map((position) => users[position] ?? ''));
  const { calls, applyTo } = batchFixture({
    apply: (batch) =>
      batch.members.some(({ user }) => faulty.has(user)) ? result : delivered(batch),
  });
  const outcomes = await applyTo(entriesOf(users));
  const found = [...outcomes].flatMap(([user, outcome]) =>
    outcome.status === status ? [user] : [],
  );
  const bound = faulty.size === 0 ? 0 : Math.floor(2 * faulty.size * Math.log2(size)) + 1;
  const further = calls.length - 1;
  const taken = [...outcomes].filter(([, outcome]) => outcome.status === 'delivered');
  return {
    atFault: [...faulty].toSorted(),
    found: found.toSorted(),
    notTaken: size - taken.length - found.length,
    beyondBound: Math.max(0, further - bound),
  };
}

function problemsOf(applied: Awaited<ReturnType<typeof applyWith>>): boolean {
  const { atFault, found, notTaken, beyondBound } = applied;
  return notTaken > 0 || beyondBound > 0 || found.join() !== atFault.join();
}

describe.each(KINDS)(
  'of a batch the third party %s, exactly the members at fault are found in 2·k·log2(n)+1 further calls',
  (...kind) => {
    test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('whichever of %i they are', async (size) => {
      const problems = [];
      for (let subset = 0; subset < 2 ** size; subset += 1) {
        const atFault = [...Array(size).keys()].filter((position) => (subset >> position) & 1);
        const applied = await applyWith(size, atFault, kind);
        if (problemsOf(applied)) problems.push(applied);
      }
      expect(problems).toEqual([]);
    });

    test('among up to 1,000, wherever they stand', async () => {
      const random = seededRandom(20261102);
      const upTo = (max: number) => Math.floor(random() * max);
      const problems = [];
      for (let sample = 0; sample < 150; sample += 1) {
        const size = sample < 30 ? 1_000 : 11 + upTo(990);
        const count = sample % 10 === 0 ? upTo(size) : 1 + upTo(6);
        const atFault = Array.from({ length: count }, () => upTo(size));
        const applied = await applyWith(size, atFault, kind);
        if (problemsOf(applied)) problems.push({ size, ...applied });
      }
      expect(problems).toEqual([]);
    });
  },
);

describe('a batch that is refused for its size alone', () => {
  test('loses nobody, whatever the size the third party takes', async () => {
    const lost = [];
    for (let size = 1; size <= 70; size += 1) {
      for (let most = 1; most <= 9; most += 1) {
        const { applyTo } = batchFixture({
          apply: (batch) => (batch.members.length > most ? REFUSED : delivered(batch)),
        });
        const outcomes = await applyTo(entriesOf(usersUpTo(size)));
        if ([...outcomes.values()].some(({ status }) => status !== 'delivered')) {
          lost.push({ size, most });
        }
      }
    }
    expect(lost).toEqual([]);
  });

  test('and with a member at fault in it loses that one only', async () => {
    for (let position = 0; position < 40; position += 1) {
      const { applyTo } = batchFixture({
        apply: (batch) =>
          batch.members.length > 6 || batch.members.some(({ user }) => user === `user-${position}`)
            ? REFUSED
            : delivered(batch),
      });
      const outcomes = await applyTo(entriesOf(usersUpTo(40)));
      const rejected = [...outcomes].filter(([, { status }]) => status === 'rejected');
      expect(rejected.map(([user]) => user)).toEqual([`user-${position}`]);
    }
  });
});

describe('members whose delivery is gone', () => {
  const REASON = { status: 'retry', reason: 'its lease does not outlast a call' };

  test('are in no call that begins after, and those of other deliveries are', async () => {
    const gone = new AbortController();
    gone.abort();
    const { calls, applyTo } = batchFixture({ apply: delivered });
    const outcomes = await applyTo([
      ...entriesOf(['a', 'b'], gone.signal),
      ...entriesOf(['c']),
      ...entriesOf(['d'], gone.signal),
    ]);
    expect(calls.map(({ members }) => members.map(({ user }) => user))).toEqual([['c']]);
    expect(Object.fromEntries(outcomes)).toEqual({
      a: REASON,
      b: REASON,
      c: { status: 'delivered' },
      d: REASON,
    });
  });

  test.each([
    ['the halves of a refused batch', REFUSED],
    ['the halves of a failing batch', FAILED],
    ['the retries of a shared batch', { kind: 'retry', reason: 'busy' } as const],
  ])('are in none of %s', async (_, result) => {
    const gone = new AbortController();
    let first = true;
    const { calls, applyTo } = batchFixture({
      retries: 1,
      apply: (batch) => {
        const isFirst = first;
        first = false;
        if (isFirst) gone.abort();
        return isFirst || batch.members.some(({ user }) => user === 'bad')
          ? result
          : delivered(batch);
      },
    });
    const mixed = [0, 1, 2, 3].flatMap((index) => [
      ...entriesOf([`stays-${index}`]),
      ...entriesOf([`gone-${index}`], gone.signal),
    ]);
    const outcomes = await applyTo(mixed);
    const later = calls.slice(1).flatMap(({ members }) => members.map(({ user }) => user));
    expect(later.filter((user) => user.startsWith('gone'))).toEqual([]);
    for (const [user, outcome] of outcomes) {
      expect(outcome).toEqual(user.startsWith('gone') ? REASON : { status: 'delivered' });
    }
  });

  test('alone in a batch, have no call at all', async () => {
    const { calls, applyTo } = batchFixture({ apply: delivered });
    await applyTo(entriesOf(['a', 'b'], AbortSignal.abort()));
    expect(calls).toEqual([]);
  });
});

test('every call is told of, with whom it held and what came of it', async () => {
  const { called, applyTo } = batchFixture({
    apply: (batch) =>
      batch.members.some(({ user }) => user === 'user-1') ? REFUSED : delivered(batch),
  });
  await applyTo(entriesOf(usersUpTo(2)));
  expect(called.map(({ entries, result }) => [entries.length, result.kind])).toEqual([
    [2, 'refused-whole'],
    [1, 'outcomes'],
    [1, 'refused-whole'],
  ]);
});
