import { describe, expect, test } from '@jest/globals';
import { decodeMessage, encodeMessage } from '../../../shared/audience/message.ts';
import { orderingKeyOf } from '../../../shared/audience/shard.ts';
import type { DeadLetter } from '../../../shared/dead-letters/dead-letter.ts';
import type { DeadMembersOfAudience } from '../../../shared/dead-letters/dead-members.ts';
import { digestOf } from '../../../shared/dead-letters/digest-of.ts';
import { newestOperations } from '../../../shared/dead-letters/newest-operations.ts';
import { originalOf } from '../../../shared/dead-letters/original.ts';
import {
  planReplay,
  type LetterPlan,
  type ReplayContext,
} from '../../../shared/dead-letters/replay-plan.ts';
import { encodeAnyMessage } from '../../setup/encode-any-message.ts';
import { at, AUDIENCE, letter, mutation, stored } from './sample-letters.ts';

const sharding = { shards: 1, memberId: 'external_user_id' } as const;
const nothingKnown: DeadMembersOfAudience = { members: new Map() };

/** The plan for one of several letters, the oldest first. */
function plan(
  letters: readonly DeadLetter[],
  of: number,
  overrides: Partial<ReplayContext> = {},
): LetterPlan {
  const all = letters.map((deadLetter, index) => stored(String(index), deadLetter));
  const found = all[of];
  if (found === undefined) throw new TypeError('no such letter');
  return planReplay(found, originalOf(found.deadLetter), {
    destination: 'pangolin',
    sharding,
    newest: newestOperations(all, overrides.sharding?.memberId ?? 'external_user_id'),
    dead: nothingKnown,
    includeUncertain: false,
    ...overrides,
  });
}

/** The mutations of a plan's messages, as `operation:user`. */
function mutationsOf(made: LetterPlan): string[] {
  if (made.kind === 'keep') return [];
  return made.messages.flatMap(({ data }) => {
    const message = decodeMessage(data);
    if (message.kind !== 'mutations') return [];
    return message.mutations.map(({ operation, externalUserId }) =>
      [operation, externalUserId].join(':'),
    );
  });
}

const known = (user: string, deliveredAt?: string): DeadMembersOfAudience => ({
  members: new Map([
    [
      digestOf(AUDIENCE, user),
      {
        diedAt: at('10:00:00'),
        deliveredAt: deliveredAt === undefined ? undefined : at(deliveredAt),
      },
    ],
  ]),
});
const crowd = (deliveredAt: string): DeadMembersOfAudience => ({
  members: new Map(),
  others: { diedAt: at('10:00:00'), deliveredAt: at(deliveredAt) },
});

describe('mutations', () => {
  test('are published to who gave them up, with the time of their first publishing and the request', () => {
    const made = plan([letter('10:00:00', ['add:a', 'remove:b'])], 0);
    expect(made).toMatchObject({ replayed: 2, overtaken: 0, overtakenByLaterLetter: 0 });
    // A message holds one operation; the letter is of a message of version 1, which may hold two.
    const message = {
      data: expect.anything(),
      orderingKey: orderingKeyOf(AUDIENCE, { externalUserId: 'a' }, sharding),
      attributes: {
        kind: 'mutations',
        version: '2',
        audience: AUDIENCE,
        members: '1',
        operatedAt: String(at('10:00:00')),
        destination: 'pangolin',
        requestId: 'r-1',
      },
    };
    expect(made.kind === 'publish' && made.messages).toEqual([message, message]);
    expect(mutationsOf(made)).toEqual(['add:a', 'remove:b']);
  });

  test('are sharded as the relay does it now', () => {
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    const now = { shards: 3, memberId: 'external_user_id' } as const;
    const made = plan(
      [
        letter(
          '10:00:00',
          users.map((user) => `add:${user}`),
        ),
      ],
      0,
      { sharding: now },
    );
    if (made.kind === 'keep') throw new Error('kept');
    expect(made.messages).toHaveLength(3);
    for (const { data, orderingKey } of made.messages) {
      const message = decodeMessage(data);
      if (message.kind !== 'mutations') throw new Error('no mutations');
      const keys = message.mutations.map((user) => orderingKeyOf(AUDIENCE, user, now));
      expect(new Set(keys)).toEqual(new Set([orderingKey]));
    }
    expect(mutationsOf(made)).toHaveLength(20);
  });

  test('of users who were never synced go with the rest', () => {
    const original = encodeAnyMessage({
      kind: 'mutations',
      audience: AUDIENCE,
      requests: [],
      mutations: [{ uuid: 'u-1', operation: 'add' }, mutation('add:a')],
    }).toString('base64');
    const made = plan([letter('10:00:00', [], { original })], 0, { dead: crowd('11:00:00') });
    expect(made).toEqual({ kind: 'keep', because: 'uncertain' });
    const dead = known('a', '11:00:00');
    expect(plan([letter('10:00:00', [], { original })], 0, { dead })).toMatchObject({
      replayed: 1,
      overtaken: 1,
    });
  });

  test('are those of the id the third party knows', () => {
    const original = encodeAnyMessage({
      kind: 'mutations',
      audience: AUDIENCE,
      requests: [],
      mutations: [{ uuid: 'u-1', externalUserId: 'a', operation: 'add' }],
    }).toString('base64');
    const sharding = { shards: 1, memberId: 'uuid' } as const;
    const letters = [letter('10:00:00', [], { original })];
    const overtaken = (user: string) =>
      plan(letters, 0, { sharding, dead: known(user, '11:00:00') });
    expect(overtaken('u-1')).toMatchObject({ replayed: 0, overtaken: 1 });
    expect(overtaken('a')).toMatchObject({ replayed: 1, overtaken: 0 });
  });
});

describe('what newer operations have overtaken', () => {
  test('is left out and counted; the letter has nothing to wait for', () => {
    const letters = [letter('10:00:00', ['add:a', 'add:b'])];
    const made = plan(letters, 0, { dead: known('a', '11:00:00') });
    expect(made).toMatchObject({ replayed: 1, overtaken: 1 });
    expect(mutationsOf(made)).toEqual(['add:b']);
    const only = plan([letter('10:00:00', ['add:a'])], 0, { dead: known('a', '11:00:00') });
    expect(only).toMatchObject({ kind: 'publish', messages: [], replayed: 0, overtaken: 1 });
  });

  test('is nothing, when what was delivered is older or none', () => {
    const letters = [letter('10:00:00', ['add:a'])];
    for (const dead of [known('a'), known('a', '09:00:00')]) {
      expect(plan(letters, 0, { dead })).toMatchObject({ replayed: 1, overtaken: 0 });
    }
  });

  test('keeps the whole letter when it is not known, unless that is wanted', () => {
    const letters = [letter('10:00:00', ['add:a', 'add:b'])];
    const dead = crowd('11:00:00');
    expect(plan(letters, 0, { dead })).toEqual({ kind: 'keep', because: 'uncertain' });
    const made = plan(letters, 0, { dead, includeUncertain: true });
    expect(mutationsOf(made)).toEqual(['add:a', 'add:b']);
  });
});

describe('several dead letters of a user', () => {
  test('only the newest operation is replayed', () => {
    const letters = [
      letter('10:00:00', ['add:a', 'add:b']),
      letter('11:00:00', ['remove:a']),
      letter('12:00:00', ['add:a']),
    ];
    expect(mutationsOf(plan(letters, 0))).toEqual(['add:b']);
    expect(plan(letters, 0)).toMatchObject({ replayed: 1, overtakenByLaterLetter: 1 });
    expect(plan(letters, 1)).toMatchObject({
      kind: 'publish',
      messages: [],
      overtakenByLaterLetter: 1,
    });
    expect(mutationsOf(plan(letters, 2))).toEqual(['add:a']);
  });

  test('also within one letter', () => {
    const made = plan([letter('10:00:00', ['add:a', 'add:b', 'remove:a'])], 0);
    expect(mutationsOf(made)).toEqual(['add:b', 'remove:a']);
    expect(made).toMatchObject({ replayed: 2, overtakenByLaterLetter: 1 });
  });

  test('of another audience or of another user, they have nothing to do with each other', () => {
    const letters = [
      letter('10:00:00', ['add:a']),
      letter('11:00:00', ['remove:a'], { audience: 'a.2' }),
      letter('12:00:00', ['remove:b']),
    ];
    for (const index of [0, 1, 2]) expect(plan(letters, index)).toMatchObject({ replayed: 1 });
  });

  test('what cannot be replayed overtakes nothing', () => {
    const letters = [
      letter('10:00:00', ['add:a']),
      letter('11:00:00', ['remove:a'], { truncated: true }),
    ];
    expect(plan(letters, 0)).toMatchObject({ replayed: 1, overtakenByLaterLetter: 0 });
  });

  test('what is overtaken by a later letter makes its letter no more uncertain', () => {
    const letters = [letter('09:00:00', ['add:a']), letter('10:30:00', ['remove:a'])];
    const dead = crowd('10:15:00');
    expect(plan(letters, 0, { dead })).toMatchObject({ kind: 'publish', messages: [] });
    expect(plan(letters, 1, { dead })).toMatchObject({ replayed: 1 });
  });
});

describe('other messages', () => {
  const createAudience = encodeMessage({
    kind: 'create-audience',
    requestId: 'r-9',
    audience: { id: AUDIENCE, name: 'One' },
  });

  test('the creation of an audience is published as it was', () => {
    const original = createAudience.toString('base64');
    const reason = 'retry-window-ended';
    const made = plan([letter('10:00:00', [], { original, reason })], 0);
    expect(made.kind === 'publish' && made.messages).toEqual([
      {
        data: createAudience,
        orderingKey: `create:${AUDIENCE}`,
        attributes: {
          kind: 'create-audience',
          audience: AUDIENCE,
          members: '0',
          requestId: 'r-9',
          destination: 'pangolin',
        },
      },
    ]);
  });

  test.each<[string, Partial<DeadLetter>]>([
    ['truncated', { truncated: true }],
    ['undecodable', { original: Buffer.from('{"version":7}').toString('base64') }],
    [
      'entries-invalid',
      {
        original: encodeMessage({
          kind: 'rejected-entries',
          entries: [{ reason: 'Audience: is missing', operation: 'add', entry: '{}' }],
        }).toString('base64'),
      },
    ],
    ['other-destination', { destination: 'rokt' }],
  ])('kept as %s', (because, overrides) => {
    const made = plan([letter('10:00:00', ['add:a'], overrides)], 0, { includeUncertain: true });
    expect(made).toEqual({ kind: 'keep', because });
  });
});
