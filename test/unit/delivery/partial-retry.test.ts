import { describe, expect, test } from '@jest/globals';
import type { BatchResult, MicroBatch, Outcome } from '../../../shared/destinations/destination.ts';
import { batchFixture, entriesOf, FAILED, REFUSED } from './batch-fixture.ts';
import { fakeTimeForEachTest, passUntilSettled } from './fake-time.ts';
import { usersUpTo } from './delivery-fixture.ts';

const BUSY: Outcome = { status: 'retry', reason: 'busy' };
const DELIVERED: Outcome = { status: 'delivered' };
const GONE: Outcome = { status: 'retry', reason: 'its lease does not outlast a call' };

fakeTimeForEachTest();

type Answer = (user: string, call: number) => Outcome;

/** Applies a batch with this many brief retries to a third party that answers for each member. */
function fixtureOf(
  answer: Answer,
  whole: (call: number) => BatchResult | undefined = () => undefined,
) {
  let call = 0;
  const fixture = batchFixture({
    retries: 4,
    apply: ({ members }: MicroBatch) => {
      call += 1;
      const outcomes = members.map(({ user }) => answer(user, call));
      return whole(call) ?? { kind: 'outcomes', outcomes };
    },
  });
  return {
    apply: async (...users: string[]) =>
      Object.fromEntries(await passUntilSettled(fixture.applyTo(entriesOf(users)))),
    applyTo: fixture.applyTo,
    /** Who was in each call. */
    sent: () => fixture.calls.map(({ members }) => members.map(({ user }) => user)),
  };
}

describe('members of a call that the third party wants later', () => {
  test('are sent again briefly, without the others, until they are taken', async () => {
    const { apply, sent } = fixtureOf((user, call) =>
      (user === 'b' && call < 2) || (user === 'd' && call < 4) ? BUSY : DELIVERED,
    );
    expect(await apply('a', 'b', 'c', 'd')).toEqual({
      a: DELIVERED,
      b: DELIVERED,
      c: DELIVERED,
      d: DELIVERED,
    });
    expect(sent()).toEqual([['a', 'b', 'c', 'd'], ['b', 'd'], ['d'], ['d']]);
  });

  test('go back to the queue after a few times, and the others keep their outcomes', async () => {
    const rejected: Outcome = { status: 'rejected', reason: 'unknown' };
    const { apply, sent } = fixtureOf((user) =>
      user === 'a' ? BUSY : user === 'b' ? rejected : DELIVERED,
    );
    expect(await apply('a', 'b', 'c')).toEqual({ a: BUSY, b: rejected, c: DELIVERED });
    expect(sent()).toEqual([['a', 'b', 'c'], ['a'], ['a'], ['a'], ['a']]);
  });

  test.each([
    ['refused as a whole', REFUSED, 'rejected'],
    ['failed over again and again', FAILED, 'retry'],
  ])('and are %s then, are halved without the others', async (_, result, status) => {
    const { apply, sent } = fixtureOf(
      (user) => (user.startsWith('user') ? BUSY : DELIVERED),
      (call) => (call === 1 ? undefined : result),
    );
    const outcomes = await apply('a', ...usersUpTo(2), 'b');
    expect(outcomes).toMatchObject({
      a: DELIVERED,
      b: DELIVERED,
      'user-0': { status },
      'user-1': { status },
    });
    expect(new Set(sent().slice(1).flat())).toEqual(new Set(usersUpTo(2)));
  });

  test('are not sent again once their delivery is gone', async () => {
    const gone = new AbortController();
    const { applyTo, sent } = fixtureOf((user) => {
      gone.abort();
      return user === 'stays' && sent().length < 2 ? BUSY : user === 'goes' ? BUSY : DELIVERED;
    });
    const entries = [...entriesOf(['goes'], gone.signal), ...entriesOf(['stays', 'c'])];
    expect(Object.fromEntries(await passUntilSettled(applyTo(entries)))).toEqual({
      goes: GONE,
      stays: DELIVERED,
      c: DELIVERED,
    });
    expect(sent()).toEqual([['goes', 'stays', 'c'], ['stays']]);
  });

  test('are all, when it wants all later', async () => {
    const { apply, sent } = fixtureOf((_, call) => (call === 1 ? BUSY : DELIVERED));
    expect(await apply('a', 'b')).toEqual({ a: DELIVERED, b: DELIVERED });
    expect(sent()).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });
});
