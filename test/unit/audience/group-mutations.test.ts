import { describe, expect, it } from '@jest/globals';
import type { Mutation } from '../../../shared/audience/audience.ts';
import {
  groupMutations,
  MAX_MESSAGE_BYTES,
  type MutationGroup,
} from '../../../shared/audience/grouping.ts';
import { decodeMessage, encodeMutations } from '../../../shared/audience/message.ts';

const oneShard = { shards: 1, memberId: 'external_user_id' } as const;

const mutation = (audience: string, externalUserId: string): Mutation => ({
  audience,
  operation: 'add',
  user: { externalUserId },
});

function decoded({ audience, operation, ids }: MutationGroup) {
  const message = decodeMessage(encodeMutations({ audience, operation, requests: [] }, [ids]));
  return message.kind === 'mutations' ? message.mutations : [];
}
/** Bytes of their ids with what separates them. */
const idBytes = (users: readonly { readonly externalUserId?: string | undefined }[]) =>
  users.reduce((sum, { externalUserId = '' }) => sum + Buffer.byteLength(externalUserId) + 2, 0);
const usersIn = (groups: readonly MutationGroup[]) =>
  groups.map((group) => [group.audience, decoded(group).map((one) => one.externalUserId)]);

it('no mutations make no group', () => {
  expect(groupMutations([], oneShard)).toEqual([]);
});

it('a group holds the mutations of one audience, in their order', () => {
  const mutations = [
    mutation('b', 'u1'),
    mutation('a', 'u2'),
    mutation('b', 'u3'),
    mutation('a', 'u1'),
    mutation('b', 'u1'),
  ];
  expect(usersIn(groupMutations(mutations, oneShard))).toEqual([
    ['b', ['u1', 'u3', 'u1']],
    ['a', ['u2', 'u1']],
  ]);
});

it('a group carries the ids that are there, and says how much it is', () => {
  const user = (ids: Mutation['user']): Mutation => ({
    audience: 'a',
    operation: 'remove',
    user: ids,
  });
  const mutations = [
    user({ uuid: 'm' }),
    user({ externalUserId: 'x', uuid: undefined }),
    user({ uuid: 'm', externalUserId: 'x' }),
  ];
  const [group, ...others] = groupMutations(mutations, oneShard);
  expect(others).toEqual([]);
  expect(group).toMatchObject({ audience: 'a', orderingKey: 'mutate:a:0', members: 3 });
  // toStrictEqual: an id that is not there is no property, which the message's schema demands.
  expect(group && decoded(group)).toStrictEqual([
    { operation: 'remove', uuid: 'm' },
    { operation: 'remove', externalUserId: 'x' },
    { operation: 'remove', uuid: 'm', externalUserId: 'x' },
  ]);
  expect(group?.bytes).toBe(Buffer.byteLength(group?.ids ?? '') + 1);
});

it('users of an audience are spread over its shards, each staying in order', () => {
  const users = Array.from({ length: 40 }, (_, index) => `user-${index % 20}`);
  const mutations = users.map((user, index): Mutation => ({
    ...mutation('a', user),
    operation: index < 20 ? 'add' : 'remove',
  }));
  const groups = groupMutations(mutations, { ...oneShard, shards: 4 });
  expect([...new Set(groups.map(({ orderingKey }) => orderingKey))].sort()).toEqual([
    'mutate:a:0',
    'mutate:a:1',
    'mutate:a:2',
    'mutate:a:3',
  ]);
  for (const ofShard of Map.groupBy(groups, ({ orderingKey }) => orderingKey).values()) {
    const ofGroup = ofShard.flatMap((group) => decoded(group).map((one) => one.externalUserId));
    expect(ofGroup).toEqual(users.filter((user) => ofGroup.includes(user)));
    expect(ofShard.map(({ operation }) => operation)).toEqual(['add', 'remove']);
    expect(ofShard.flatMap(decoded).map(({ operation }) => operation)).toEqual([
      ...Array.from({ length: ofGroup.length / 2 }, () => 'add'),
      ...Array.from({ length: ofGroup.length / 2 }, () => 'remove'),
    ]);
  }
  expect(groups.flatMap(decoded)).toHaveLength(users.length);
});

it('a group holds one operation: where it changes, the next group begins', () => {
  const mutations = ['u1', 'u2', 'u3', 'u1'].map((user, index): Mutation => ({
    ...mutation('a', user),
    operation: index === 2 ? 'remove' : 'add',
  }));
  const groups = groupMutations(mutations, oneShard);
  expect(groups.map(({ operation }) => operation)).toEqual(['add', 'remove', 'add']);
  expect(usersIn(groups)).toEqual([
    ['a', ['u1', 'u2']],
    ['a', ['u3']],
    ['a', ['u1']],
  ]);
});

it.each(['__proto__', 'constructor', '1'])('an audience may be called %s', (audience) => {
  expect(usersIn(groupMutations([mutation(audience, 'u1')], oneShard))).toEqual([
    [audience, ['u1']],
  ]);
});

describe('an audience with many mutations', () => {
  const users = Array.from({ length: 500 }, (_, index) => `${'ü'.repeat(index % 40)}-${index}`);
  const mutations = users.map((user) => mutation('a', user));

  it.each([200, 333, 1_000, 5_000])('is cut within %i bytes, losing nothing', (maxBytes) => {
    const groups = groupMutations(mutations, oneShard, maxBytes);
    expect(groups.length).toBeGreaterThan(1);
    expect(groups.flatMap((group) => decoded(group).map((one) => one.externalUserId))).toEqual(
      users,
    );
    for (const group of groups) {
      expect(group.bytes).toBe(idBytes(decoded(group)));
      expect(group.bytes).toBeLessThanOrEqual(maxBytes);
    }
  });

  it('is cut only where the next mutation does not fit', () => {
    const groups = groupMutations(mutations, oneShard, 1_000).map(decoded);
    for (const [index, group] of groups.entries()) {
      const next = groups[index + 1]?.[0];
      if (next !== undefined) expect(idBytes([...group, next])).toBeGreaterThan(1_000);
    }
  });

  it('fills a group to the last byte', () => {
    const [one] = groupMutations([mutation('a', 'u1')], oneShard);
    const exact = 3 * (one?.bytes ?? 0);
    const four = ['u1', 'u2', 'u3', 'u4'].map((user) => mutation('a', user));
    expect(usersIn(groupMutations(four, oneShard, exact))).toEqual([
      ['a', ['u1', 'u2', 'u3']],
      ['a', ['u4']],
    ]);
    expect(groupMutations(four.slice(0, 3), oneShard, exact - 1)).toHaveLength(2);
  });

  it('with the usual limit is one group', () => {
    expect(idBytes(mutations.map(({ user }) => user))).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(groupMutations(mutations, oneShard)).toHaveLength(1);
  });
});

it('a mutation larger than the limit travels alone', () => {
  const mutations = ['u1', 'x'.repeat(300), 'u2'].map((user) => mutation('a', user));
  expect(groupMutations(mutations, oneShard, 200).map(({ members }) => members)).toEqual([1, 1, 1]);
});
