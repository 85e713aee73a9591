import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { joinIds, splitIds, type MemberIds } from '../../../shared/audience/member-ids.ts';
import { decodeMessage, encodeIds, encodeMutations } from '../../../shared/audience/message.ts';
import { messageOf } from '../../../bench/push-request.ts';
import { audienceIds, usersOf } from '../../../bench/micro-batch.ts';
import { encodeVersion1 } from '../../setup/encode-any-message.ts';

/** Any text: separators, escapes, quotes, line breaks, lone surrogates, the empty one. */
const id = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      ',',
      '~',
      '0',
      '1',
      '2',
      '"',
      '\\',
      '\n',
      '\u0000',
      '\ud83d',
      '\ude00',
      'a',
    ),
  }),
);
const member: fc.Arbitrary<MemberIds> = fc.record(
  { uuid: id, externalUserId: id },
  { requiredKeys: [], noNullPrototype: true },
);
const members = fc.array(member, { maxLength: 20 });

describe('joined ids', () => {
  test('of any members come back as they were', () => {
    fc.assert(
      fc.property(members, (list) => {
        expect(splitIds(joinIds(list))).toStrictEqual(list);
      }),
      { numRuns: 500 },
    );
  });

  test('of any lists come back from a message as they were, in their order', () => {
    const nonEmpty = fc.array(member, { minLength: 1, maxLength: 5 });
    const lists = fc.array(nonEmpty, { minLength: 1, maxLength: 4 });
    const head = { audience: 'a.1', requests: ['r-1'] };
    fc.assert(
      fc.property(lists, ([first = [], ...others]) => {
        const ids = [encodeIds(first), ...others.map(encodeIds)] as const;
        const message = decodeMessage(encodeMutations({ ...head, operation: 'add' }, [...ids]));
        const all = [first, ...others].flat();
        const mutations = all.map((one) => ({ operation: 'add', ...one }));
        expect(message).toStrictEqual({ kind: 'mutations', ...head, mutations });
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, MemberIds[], string]>([
    [
      'both ids',
      [
        { uuid: 'u', externalUserId: 'x' },
        { uuid: 'v', externalUserId: 'y' },
      ],
      'u,x,v,y',
    ],
    ['a missing id', [{ uuid: 'u' }, { externalUserId: 'x' }, {}], 'u,,,x,,'],
    ['an empty id', [{ uuid: '', externalUserId: 'x' }], '~2,x'],
    ['the separator', [{ uuid: 'u,v', externalUserId: 'x' }], 'u~1v,x'],
    ['the escape', [{ uuid: 'u~1', externalUserId: 'x' }], 'u~01,x'],
    ['no member', [], ''],
  ])('with %s are written so that other deployments read them', (_, list, joined) => {
    expect(joinIds(list)).toBe(joined);
    expect(splitIds(joined)).toStrictEqual(list);
  });

  test('with an id that has no partner are none', () => {
    expect(splitIds('u,x,v')).toBeUndefined();
    expect(splitIds('u')).toBeUndefined();
  });
});

test('a message takes at most 60 % of the bytes it took in version 1', () => {
  const [audience = ''] = audienceIds(1);
  const { data } = messageOf(audience, usersOf(0));
  const message = decodeMessage(data);
  if (message.kind !== 'mutations') throw new Error('These are mutations.');
  expect(message.mutations).toHaveLength(100);
  expect(message.mutations[0]?.uuid).toHaveLength(36);
  expect(data.length / encodeVersion1(message).length).toBeLessThanOrEqual(0.6);
});
