import { expect, it } from '@jest/globals';
import { startLinkedIn } from '../../../fakes/platforms/linkedin.ts';
import { DELIVERED, REQUEST, shippedAt, USERS } from './shipped.ts';

const atLinkedIn = () => shippedAt('linkedin-dmp-segments', startLinkedIn);

async function readySegment() {
  const at = await atLinkedIn();
  const { segment } = await at.destination.createSegment(REQUEST);
  at.vendor.passTime?.(5_000);
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

it('a new segment takes nobody for five seconds: they come again', async () => {
  const { vendor, destination, apply } = await atLinkedIn();
  const { segment } = await destination.createSegment(REQUEST);
  vendor.passTime?.(4_999);
  expect(await apply('add', segment, USERS)).toMatchObject({
    kind: 'retry',
    reason: 'answered 404',
    serverError: false,
  });
  expect(destination.capabilities.readyAfterMs).toBe(5_000);
});

it('a user that is not taken is told by its place', async () => {
  const { vendor, segment, apply } = await readySegment();
  await vendor.refuseUser?.('bob@example.com');
  expect(await apply('add', segment, USERS)).toEqual({
    kind: 'outcomes',
    outcomes: [DELIVERED, { status: 'rejected', reason: 'not taken: 400' }, DELIVERED],
  });
});

it('a segment is found by the id of the DMP', async () => {
  const { vendor, destination, segment } = await readySegment();
  await destination.createSegment({ ...REQUEST, audienceId: 'other' });
  expect(await destination.findSegment?.(REQUEST)).toBe(segment);
  expect(await destination.findSegment?.({ ...REQUEST, audienceId: 'none' })).toBeUndefined();
  expect(vendor.namesOfSegments()).toEqual([REQUEST.title, REQUEST.title]);
});

it('a version of the API that LinkedIn has ended is a fault', async () => {
  const { vendor, segment } = await readySegment();
  const options = { ...vendor.options, apiVersion: '202301' };
  const ended = await shippedAt('linkedin-dmp-segments', startLinkedIn, {
    baseUrl: vendor.url,
    options,
  });
  expect(await ended.apply('add', segment, USERS)).toMatchObject({ kind: 'fault', status: 426 });
});

it('600 calls a minute are declared, and refused beyond', async () => {
  const { vendor, segment, apply, destination } = await readySegment();
  expect(destination.capabilities.maxCallRate).toEqual({ calls: 600, perMs: 60_000 });
  for (let call = 1; call <= 600; call += 1) await apply('add', segment, USERS);
  expect(await apply('add', segment, USERS)).toMatchObject({ kind: 'retry', tooFast: true });
  vendor.passTime?.(60_000);
  expect(await apply('add', segment, USERS)).toMatchObject({ kind: 'outcomes' });
});
