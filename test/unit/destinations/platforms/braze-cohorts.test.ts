import { expect, it } from '@jest/globals';
import { startBraze } from '../../../fakes/platforms/braze.ts';
import { DELIVERED, REQUEST, shippedAt, USERS } from './shipped.ts';

const atBraze = () => shippedAt('braze-cohorts', startBraze);

it('users join and leave under their own ids, with a flag', async () => {
  const { vendor, destination, apply } = await atBraze();
  const { segment } = await destination.createSegment(REQUEST);
  const result = await apply('add', segment, USERS);
  expect(result).toEqual({ kind: 'outcomes', outcomes: [DELIVERED, DELIVERED, DELIVERED] });
  expect(await vendor.members(segment)).toEqual(USERS);
  await apply('remove', segment, USERS.slice(1));
  expect(await vendor.members(segment)).toEqual(USERS.slice(0, 1));
  expect(vendor.violations()).toEqual([]);
});

it('a cohort is known by the id of the DMP, keeps its members and takes a new name', async () => {
  const { vendor, destination, apply } = await atBraze();
  const { segment } = await destination.createSegment(REQUEST);
  await apply('add', segment, USERS);
  const again = await destination.createSegment({ ...REQUEST, title: 'Renamed' });
  expect([segment, again.segment]).toEqual([REQUEST.audienceId, REQUEST.audienceId]);
  expect(await vendor.members(segment)).toEqual(USERS);
  expect(vendor.nameOf(segment)).toBe('Renamed');
});

it('who has no profile is left out without a word, and that is declared', async () => {
  const { vendor, destination, apply } = await atBraze();
  const { segment } = await destination.createSegment(REQUEST);
  vendor.deleteProfile('bob@example.com');
  expect(await apply('add', segment, USERS)).toMatchObject({ kind: 'outcomes' });
  expect(await vendor.members(segment)).toEqual(['ann@example.com', 'eve@example.com']);
  expect(destination.capabilities.reports).toBe('accepted');
});

it.each([{ partner_api_key: 'wrong' }, { client_secret: 'wrong' }])(
  '%j is a fault',
  async (key) => {
    const { vendor, destination } = await atBraze();
    const { segment } = await destination.createSegment(REQUEST);
    const credentials = JSON.stringify({ ...Object(JSON.parse(vendor.credentials)), ...key });
    const { apply } = await shippedAt('braze-cohorts', startBraze, {
      baseUrl: vendor.url,
      credentials: () => Promise.resolve(credentials),
    });
    expect(await apply('add', segment, USERS)).toEqual({
      kind: 'fault',
      reason: 'answered 401',
      status: 401,
    });
  },
);
