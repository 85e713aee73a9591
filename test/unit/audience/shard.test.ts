import { describe, expect, it } from '@jest/globals';
import type { User } from '../../../shared/audience/audience.ts';
import { orderingKeyOf, type Sharding } from '../../../shared/audience/shard.ts';

const byExternalId: Sharding = { shards: 1_000, memberId: 'external_user_id' };
const byUuid: Sharding = { shards: 1_000, memberId: 'uuid' };
const keyOf = (user: User, sharding = byExternalId) => orderingKeyOf('a.1', user, sharding);

describe('a user has one key in an audience, whatever other id they come with', () => {
  it('where the third party knows the external id', () => {
    const key = keyOf({ externalUserId: 'x-1' });
    expect(keyOf({ externalUserId: 'x-1', uuid: 'm-1' })).toBe(key);
    expect(keyOf({ externalUserId: 'x-1', uuid: 'm-2' })).toBe(key);
  });

  it('where the third party knows the uuid', () => {
    const key = keyOf({ uuid: 'm-1' }, byUuid);
    expect(keyOf({ uuid: 'm-1', externalUserId: 'x-1' }, byUuid)).toBe(key);
    expect(keyOf({ uuid: 'm-1', externalUserId: 'x-2' }, byUuid)).toBe(key);
  });

  it('and users who are not synced yet go by the other id', () => {
    expect(keyOf({ uuid: 'm-1' })).toBe(keyOf({ uuid: 'm-1' }, byUuid));
    expect(keyOf({ externalUserId: 'x-1' }, byUuid)).toBe(keyOf({ externalUserId: 'x-1' }));
  });
});

it('one user in two audiences has two keys', () => {
  const user = { externalUserId: 'x-1' };
  expect(orderingKeyOf('a.2', user, byExternalId)).not.toBe(keyOf(user));
});

it('with one shard, all users of an audience share a key', () => {
  const keys = ['x-1', 'x-2', 'x-3'].map((externalUserId) =>
    keyOf({ externalUserId }, { ...byExternalId, shards: 1 }),
  );
  expect(new Set(keys)).toEqual(new Set(['mutate:a.1:0']));
});

/** Messages of an older deployment wait in the queue: what comes after them must get their keys. */
describe('the keys stay what they were', () => {
  it.each<[string, number, string]>([
    ['12478286329', 4, 'mutate:a.1:3'],
    ['12478286329', 16, 'mutate:a.1:11'],
    ['12478286329', 1_000, 'mutate:a.1:203'],
    ['ab043529-3e55-4672-52f0-18887ea12345', 1_000, 'mutate:a.1:27'],
    ['ü 😀', 1_000, 'mutate:a.1:814'],
    ['', 1_000, 'mutate:a.1:364'],
  ])('%j over %i shards: %s', (externalUserId, shards, key) => {
    expect(keyOf({ externalUserId }, { ...byExternalId, shards })).toBe(key);
  });
});

describe('users are spread evenly over the shards', () => {
  const USERS = 10_000;
  const kinds: [string, (index: number) => string][] = [
    ['consecutive numbers', (index) => String(12_478_280_000 + index)],
    ['numbers in steps of sixteen', (index) => String(index * 16)],
    ['uuids that differ at the end', (index) => `ab043529-3e55-4672-${String(index).padStart(8)}`],
    ['uuids that differ at the start', (index) => `${String(index).padStart(8)}-3e55-4672-52f0`],
    ['names', (index) => `user-${index}`],
  ];
  const shardCounts = [2, 3, 4, 7, 16];

  it.each(kinds.flatMap(([kind, idOf]) => shardCounts.map((shards) => ({ kind, shards, idOf }))))(
    '$kind, $shards shards',
    ({ shards, idOf }) => {
      const counts = new Map<string, number>();
      for (let index = 0; index < USERS; index += 1) {
        const key = keyOf({ externalUserId: idOf(index) }, { ...byExternalId, shards });
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const share = USERS / shards;
      expect(counts.size).toBe(shards);
      expect(Math.min(...counts.values())).toBeGreaterThan(0.8 * share);
      expect(Math.max(...counts.values())).toBeLessThan(1.2 * share);
    },
  );
});

it('a key stays within the 1024 bytes Pub/Sub allows, for the longest ids and most shards', () => {
  const audience = '丈'.repeat(256);
  for (const externalUserId of ['x-1', '😀'.repeat(256), '']) {
    const key = orderingKeyOf(audience, { externalUserId }, byExternalId);
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
  }
});
