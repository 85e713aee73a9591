import { describe, expect, it } from '@jest/globals';
import { RequestError } from '../../../shared/errors.ts';
import { parseCall } from '../../../shared/mapp/parse-call.ts';
import { parseMutations } from '../../../shared/mapp/parse-mutations.ts';

const entry = (Uuid: string, more: object = {}) => ({ Audience: 'a.1', Uuid, ...more });

/** The users read, in order, as their Uuid. */
function usersOf(fields: Record<string, unknown>) {
  return parseMutations(fields, 'add').mutations.map(({ user }) => user.uuid);
}

function problemOf(fields: Record<string, unknown>): unknown {
  try {
    parseMutations(fields, 'add');
  } catch (error) {
    if (error instanceof RequestError) return [error.status, error.code, error.message];
    throw error;
  }
  throw new Error('The mutations were accepted.');
}

describe('the documented sample', () => {
  const fields = {
    Mutations: [
      {
        Uuid: 'ab043529-3e55-4672-52f0-18887ea12345',
        Audience: 'a5940e473cea659.356693871497425011',
        Customer: 123,
        Platform: 113,
        External_user_id: '12478286329',
      },
    ],
  };

  it.each([
    ['ADD_TO_AUDIENCE', 'add'],
    ['REMOVE_FROM_AUDIENCE', 'remove'],
  ] as const)('is read as %s', (type, operation) => {
    expect(parseCall(type, Buffer.from(JSON.stringify({ Type: type, ...fields })))).toEqual({
      type,
      mutations: [
        {
          audience: 'a5940e473cea659.356693871497425011',
          operation,
          user: {
            uuid: 'ab043529-3e55-4672-52f0-18887ea12345',
            externalUserId: '12478286329',
          },
        },
      ],
      rejected: [],
    });
  });

  it('is read alike with fields nobody has seen yet, at every level', () => {
    const mutations = fields.Mutations.map((known) => ({ ...known, New: { a: [1] }, uuid: 'x' }));
    const extended = { Mutations: mutations, New: [{}], Audience: 5, mutations: [] };
    expect(parseMutations(extended, 'add')).toEqual(parseMutations(fields, 'add'));
  });
});

describe('the array', () => {
  it.each(['Mutations', 'Mutation'])('is read from %s, in its order', (field) => {
    expect(usersOf({ [field]: [entry('u1'), entry('u2'), entry('u1')] })).toEqual([
      'u1',
      'u2',
      'u1',
    ]);
  });

  it('is read from both fields when both are there', () => {
    const both = { Mutation: [entry('u3')], Mutations: [entry('u1'), entry('u2')] };
    expect(usersOf(both)).toEqual(['u1', 'u2', 'u3']);
  });

  it.each(['Mutations', 'Mutation'])('is read when %s is null beside it', (nullish) => {
    const both = { Mutations: [entry('u1')], Mutation: [entry('u1')], [nullish]: null };
    expect(usersOf(both)).toEqual(['u1']);
  });

  it('is refused with 413 when it has more entries than a body of real ones can hold', () => {
    const entries = Array.from({ length: 200_001 }, () => 1);
    expect(() => parseMutations({ Mutations: entries }, 'add')).toThrow(
      expect.objectContaining({ status: 413, code: 'BODY_TOO_LARGE' }),
    );
  });

  it('may be empty', () => {
    expect(parseMutations({ Mutations: [] }, 'add')).toEqual({ mutations: [], rejected: [] });
  });

  it('may name several audiences', () => {
    const { mutations } = parseMutations(
      { Mutations: [entry('u1'), entry('u1', { Audience: 'b.2' })] },
      'remove',
    );
    expect(mutations.map(({ audience }) => audience)).toEqual(['a.1', 'b.2']);
  });

  it.each([
    ['is missing', {}, 'Mutations: the mutation array is missing'],
    ['has another name', { mutations: [] }, 'Mutations: the mutation array is missing'],
    ['is null', { Mutations: null }, 'Mutations: the mutation array is missing'],
    [
      'is null twice',
      { Mutations: null, Mutation: null },
      'Mutations: the mutation array is missing',
    ],
    ['is false', { Mutations: false, Mutation: [] }, 'Mutations: is not an array'],
    ['is an object', { Mutations: { 0: entry('u') } }, 'Mutations: is not an array'],
    ['is text', { Mutation: 'alice' }, 'Mutation: is not an array'],
    ['is one of two', { Mutations: [entry('u')], Mutation: 7 }, 'Mutation: is not an array'],
  ])('is refused with 400 when it %s', (_, fields, message) => {
    expect(problemOf(fields)).toEqual([400, 'REQUEST_INVALID', message]);
  });
});

it('valid entries go on in their order, whatever stands between them', () => {
  const bad = [null, 7, { Audience: '' }];
  const mixed = [bad[0], entry('u1'), bad[1], entry('u2'), bad[2]];
  const { mutations, rejected } = parseMutations({ Mutations: mixed }, 'remove');
  expect(mutations.map(({ user }) => user.uuid)).toEqual(['u1', 'u2']);
  expect(rejected).toEqual(
    bad.map((bad) => ({
      operation: 'remove',
      entry: bad,
      reason: expect.any(String),
    })),
  );
});
