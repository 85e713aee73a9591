import { describe, expect, it } from '@jest/globals';
import type { Mutation } from '../../../shared/audience/audience.ts';
import { groupMutations, type MutationGroup } from '../../../shared/audience/grouping.ts';
import {
  decodeMessage,
  type CreateAudienceMessage,
  type RejectedEntriesMessage,
} from '../../../shared/audience/message.ts';
import {
  creationMessage,
  mutationsMessage,
  rejectedEntriesMessage,
} from '../../../shared/audience/outgoing-message.ts';

const requestId = 'r-1';
const trace = 'projects/p/traces/0123';
const requests = [{ requestId }];

/** Adds of users, in one group. */
function groupOf(audience: string, ...users: string[]): MutationGroup {
  const mutations = users.map((externalUserId): Mutation => ({
    audience,
    operation: 'add',
    user: { externalUserId },
  }));
  const [group, ...others] = groupMutations(mutations, { shards: 1, memberId: 'external_user_id' });
  if (group === undefined || others.length > 0) throw new Error('These are not in one group.');
  return group;
}

const creation = (id: string): CreateAudienceMessage => ({
  kind: 'create-audience',
  requestId,
  audience: { id, name: 'marker-name' },
});
const entry = { reason: 'Audience: is empty', operation: 'add', entry: '{}' } as const;
const rejected: RejectedEntriesMessage = {
  kind: 'rejected-entries',
  entries: [entry, entry, entry],
};

it('a creation carries its own bytes', () => {
  const { data } = creationMessage(creation('a.1'), { requestId });
  expect(decodeMessage(data)).toEqual(creation('a.1'));
});

it('rejected entries carry their own bytes', () => {
  expect(decodeMessage(rejectedEntriesMessage(rejected, { requestId }).data)).toEqual(rejected);
});

it('several groups of a key are one message, in their order, with the ids of all requests', () => {
  const groups = [groupOf('a ü"\\.1', 'u1', 'ü 😀 "\\'), groupOf('a ü"\\.1', 'u3')] as const;
  const several = [{ requestId: 'r-1' }, { requestId: 'r-2' }];
  const { data } = mutationsMessage([...groups], { requests: several });
  expect(decodeMessage(data)).toEqual({
    kind: 'mutations',
    audience: 'a ü"\\.1',
    requests: ['r-1', 'r-2'],
    mutations: ['u1', 'ü 😀 "\\', 'u3'].map((externalUserId) => ({
      operation: 'add',
      externalUserId,
    })),
  });
});

it.each([
  [
    mutationsMessage([groupOf('a.1', 'u1'), groupOf('a.1', 'u2', 'u3')], { requests }),
    { kind: 'mutations', version: '2', audience: 'a.1', members: '3' },
  ],
  [
    creationMessage(creation('a.1'), { requestId, trace: undefined }),
    { kind: 'create-audience', audience: 'a.1', members: '0' },
  ],
  [rejectedEntriesMessage(rejected, { requestId }), { kind: 'rejected-entries', members: '3' }],
])('a message tells in its attributes what forward must know: %#', (message, attributes) => {
  expect(message.attributes).toStrictEqual({ requestId, ...attributes });
});

it('a replay tells when its operations were first published, and who it is for', () => {
  const replay = { operatedAt: 1_234, destination: 'pangolin' };
  const { attributes } = mutationsMessage([groupOf('a.1', 'u1')], { requests, replay });
  expect(attributes).toStrictEqual({
    kind: 'mutations',
    version: '2',
    audience: 'a.1',
    members: '1',
    requestId,
    operatedAt: '1234',
    destination: 'pangolin',
  });
});

it('so does the replay of a creation', () => {
  const replay = { destination: 'pangolin' };
  const { attributes } = creationMessage(creation('a.1'), { requestId }, replay);
  expect(attributes).toMatchObject({ kind: 'create-audience', destination: 'pangolin' });
});

it('a trace travels too', () => {
  expect(rejectedEntriesMessage(rejected, { requestId, trace }).attributes).toMatchObject({
    trace,
  });
  expect(creationMessage(creation('a.1'), { requestId, trace }).attributes).toMatchObject({
    trace,
  });
});

it('a message of several requests is traced as the first of them', () => {
  const several = [
    { requestId, trace },
    { requestId: 'r-2', trace: 'projects/p/traces/4567' },
  ];
  const { attributes } = mutationsMessage([groupOf('a.1', 'u1')], { requests: several });
  expect(attributes).toMatchObject({ requestId, trace });
});

it.each([
  mutationsMessage([groupOf('a.1', 'marker-1', 'marker-2')], { requests }),
  creationMessage(creation('a.1'), { requestId }),
])('no attribute names a person: %#', ({ attributes, orderingKey }) => {
  expect(JSON.stringify([attributes, orderingKey])).not.toContain('marker');
});

describe('the ordering key', () => {
  const keyOfMutations = (audience: string) =>
    mutationsMessage([groupOf(audience, 'u1')], { requests }).orderingKey;
  const keyOfCreation = (id: string) => creationMessage(creation(id), { requestId }).orderingKey;

  it('differs between audiences', () => {
    expect(keyOfMutations('a.1')).not.toBe(keyOfMutations('a.2'));
    expect(keyOfCreation('a.1')).not.toBe(keyOfCreation('a.2'));
  });

  it('of a creation is its own, so that waiting mutations do not hold it up', () => {
    expect(keyOfCreation('a.1')).toBeDefined();
    expect(keyOfCreation('a.1')).not.toBe(keyOfMutations('a.1'));
  });

  it('of mutations never equals that of a creation, whatever the audience is called', () => {
    expect(keyOfMutations('a.1')).toBe('mutate:a.1:0');
    expect(keyOfCreation('a.1')).toBe('create:a.1');
    expect(keyOfMutations('create:a.1')).not.toBe(keyOfCreation('a.1'));
  });

  it('of rejected entries is none: nothing need wait for them', () => {
    expect(rejectedEntriesMessage(rejected, { requestId })).not.toHaveProperty('orderingKey');
  });

  it('stays within 1024 bytes for the longest audience id', () => {
    const longest = '丈'.repeat(256);
    for (const key of [keyOfMutations(longest), keyOfCreation(longest)]) {
      expect(Buffer.byteLength(key ?? '')).toBeLessThanOrEqual(1024);
    }
  });
});
