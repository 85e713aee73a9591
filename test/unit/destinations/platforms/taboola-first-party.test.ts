import { expect, it } from '@jest/globals';
import { startTaboola } from '../../../fakes/platforms/taboola.ts';
import { DELIVERED, REQUEST, shippedAt, USERS } from './shipped.ts';

const HOUR_MS = 3_600_000;

async function readySegment(options: object = {}) {
  const vendor = await startTaboola();
  const at = await shippedAt('taboola-first-party', () => Promise.resolve(vendor), {
    options: { ...vendor.options, ...options },
  });
  const { segment } = await at.destination.createSegment(REQUEST);
  vendor.passTime?.(at.destination.capabilities.readyAfterMs ?? 0);
  return { ...at, segment };
}

it('users join and leave as the SHA-256 of their email addresses', async () => {
  const { vendor, segment, apply, hashes } = await readySegment();
  const result = await apply('add', segment, [...USERS.slice(1), ' Ann@Example.COM ']);
  expect(result).toEqual({ kind: 'outcomes', outcomes: [DELIVERED, DELIVERED, DELIVERED] });
  expect(await vendor.members(segment)).toEqual(hashes(USERS));
  await apply('remove', segment, USERS.slice(1));
  expect(await vendor.members(segment)).toEqual(hashes(USERS.slice(0, 1)));
  expect(vendor.violations()).toEqual([]);
});

it('a name that is there already gets its audience', async () => {
  const { destination, segment } = await readySegment();
  expect((await destination.createSegment(REQUEST)).segment).toBe(segment);
  const other = await destination.createSegment({ ...REQUEST, title: 'Another' });
  expect(other.segment).not.toBe(segment);
});

it('one token serves all calls, until Taboola does not take it any more', async () => {
  const { vendor, segment, apply } = await readySegment();
  await apply('add', segment, USERS);
  expect(vendor.tokensIssued()).toBe(1);
  vendor.passTime?.(12 * HOUR_MS);
  expect(await apply('add', segment, USERS)).toMatchObject({ kind: 'outcomes' });
  expect(vendor.tokensIssued()).toBe(2);
});

it('memberships last for a year, or as long as ttlHours says', async () => {
  const year = await readySegment();
  await year.apply('add', year.segment, USERS);
  year.vendor.passTime?.(8_759 * HOUR_MS);
  expect(await year.vendor.members(year.segment)).toHaveLength(3);
  year.vendor.passTime?.(HOUR_MS);
  expect(await year.vendor.members(year.segment)).toEqual([]);

  const day = await readySegment({ ttlHours: 24 });
  await day.apply('add', day.segment, USERS);
  day.vendor.passTime?.(24 * HOUR_MS);
  expect(await day.vendor.members(day.segment)).toEqual([]);
});

it('a call with a user that is not taken is refused as a whole', async () => {
  const { vendor, segment, apply } = await readySegment();
  await vendor.refuseUser?.('bob@example.com');
  expect(await apply('add', segment, USERS)).toEqual({
    kind: 'refused-whole',
    reason: 'answered 400',
  });
  expect(await vendor.members(segment)).toEqual([]);
});
