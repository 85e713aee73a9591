import { describe, expect, it } from '@jest/globals';
import type { Mutation } from '../../../shared/audience/audience.ts';
import { groupMutations, MAX_MESSAGE_BYTES } from '../../../shared/audience/grouping.ts';

const mutation = (audience: string, externalUserId: string): Mutation => ({
  audience,
  operation: 'add',
  user: { externalUserId },
});

const usersIn = (messages: ReturnType<typeof groupMutations>) =>
  messages.map(({ audience, mutations }) => [audience, mutations.map((one) => one.externalUserId)]);

it('no mutations make no message', () => {
  expect(groupMutations([])).toEqual([]);
});

it('a message holds the mutations of one audience, in their order', () => {
  const mutations = [
    mutation('b', 'u1'),
    mutation('a', 'u2'),
    mutation('b', 'u3'),
    mutation('a', 'u1'),
    mutation('b', 'u1'),
  ];
  expect(usersIn(groupMutations(mutations))).toEqual([
    ['b', ['u1', 'u3', 'u1']],
    ['a', ['u2', 'u1']],
  ]);
});

it('a message is versioned and carries the ids that are there', () => {
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
  // toStrictEqual: an id that is not there is no property, which the message's schema demands.
  expect(groupMutations(mutations)).toStrictEqual([
    {
      version: 1,
      kind: 'mutations',
      audience: 'a',
      mutations: [
        { operation: 'remove', uuid: 'm' },
        { operation: 'remove', externalUserId: 'x' },
        { operation: 'remove', uuid: 'm', externalUserId: 'x' },
      ],
    },
  ]);
});

it.each(['__proto__', 'constructor', '1'])('an audience may be called %s', (audience) => {
  expect(usersIn(groupMutations([mutation(audience, 'u1')]))).toEqual([[audience, ['u1']]]);
});

describe('an audience with many mutations', () => {
  const users = Array.from({ length: 500 }, (_, index) => `${'ü'.repeat(index % 40)}-${index}`);
  const mutations = users.map((user) => mutation('a', user));
  const itemBytes = (items: readonly unknown[]) =>
    items.reduce((sum: number, item) => sum + Buffer.byteLength(JSON.stringify(item)) + 1, 0);

  it.each([200, 333, 1_000, 5_000])('is cut within %i bytes, losing nothing', (maxBytes) => {
    const messages = groupMutations(mutations, maxBytes);
    expect(messages.length).toBeGreaterThan(1);
    expect(
      messages.flatMap((message) => message.mutations.map((one) => one.externalUserId)),
    ).toEqual(users);
    for (const message of messages) {
      expect(itemBytes(message.mutations)).toBeLessThanOrEqual(maxBytes);
    }
  });

  it('is cut only where the next mutation does not fit', () => {
    const messages = groupMutations(mutations, 1_000);
    for (const [index, { mutations }] of messages.entries()) {
      const next = messages[index + 1]?.mutations[0];
      if (next !== undefined) expect(itemBytes([...mutations, next])).toBeGreaterThan(1_000);
    }
  });

  it('fills a message to the last byte', () => {
    const [one] = groupMutations([mutation('a', 'u1')]);
    const exact = 3 * itemBytes(one?.mutations ?? []);
    const four = ['u1', 'u2', 'u3', 'u4'].map((user) => mutation('a', user));
    expect(usersIn(groupMutations(four, exact))).toEqual([
      ['a', ['u1', 'u2', 'u3']],
      ['a', ['u4']],
    ]);
    expect(groupMutations(four.slice(0, 3), exact - 1)).toHaveLength(2);
  });

  it('with the usual limit is one message', () => {
    expect(itemBytes(mutations)).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(groupMutations(mutations)).toHaveLength(1);
  });
});

it('a mutation larger than the limit travels alone', () => {
  const mutations = ['u1', 'x'.repeat(300), 'u2'].map((user) => mutation('a', user));
  expect(groupMutations(mutations, 200).map((message) => message.mutations.length)).toEqual([
    1, 1, 1,
  ]);
});
