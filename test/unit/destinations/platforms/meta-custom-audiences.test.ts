import { describe, expect, it } from '@jest/globals';
import { startMeta } from '../../../fakes/platforms/meta.ts';
import { DELIVERED, REQUEST, shippedAt, USERS } from './shipped.ts';

const atMeta = () => shippedAt('meta-custom-audiences', startMeta);

it('users join and leave as the SHA-256 of their email addresses', async () => {
  const { vendor, destination, apply, hashes } = await atMeta();
  const { segment } = await destination.createSegment(REQUEST);
  const result = await apply('add', segment, [...USERS.slice(1), ' Ann@Example.COM ']);
  expect(result).toEqual({ kind: 'outcomes', outcomes: [DELIVERED, DELIVERED, DELIVERED] });
  expect(await vendor.members(segment)).toEqual(hashes(USERS));
  await apply('remove', segment, USERS.slice(1));
  expect(await vendor.members(segment)).toEqual(hashes(USERS.slice(0, 1)));
  expect(vendor.violations()).toEqual([]);
});

it('an audience is found by the id of the DMP, among many of the same name', async () => {
  const { destination } = await atMeta();
  for (let other = 0; other < 30; other += 1) {
    await destination.createSegment({ ...REQUEST, audienceId: `other.${other}` });
  }
  const { segment } = await destination.createSegment(REQUEST);
  expect(await destination.findSegment?.(REQUEST)).toBe(segment);
  expect(await destination.findSegment?.({ ...REQUEST, audienceId: '1' })).toBeUndefined();
});

it('entries that are not valid are counted, not named', async () => {
  const { vendor, destination, apply, hashes } = await atMeta();
  const { segment } = await destination.createSegment(REQUEST);
  await vendor.refuseUser?.('bob@example.com');
  expect(await apply('add', segment, USERS)).toMatchObject({
    kind: 'outcomes',
    unnamedRefusals: 1,
  });
  const taken = USERS.filter((user) => user !== 'bob@example.com');
  expect(await vendor.members(segment)).toEqual(hashes(taken));
});

it('the person who creates an audience reads what Meta has to say', async () => {
  const { vendor, destination } = await atMeta();
  vendor.refuseAudiences('Accept the terms for custom audiences first.');
  await expect(destination.createSegment(REQUEST)).rejects.toMatchObject({
    code: 'DESTINATION_REFUSED',
    message:
      'Meta custom audiences refused the audience: Accept the terms for custom audiences first.',
  });
});

it('10,000 users a call and ten calls a second are declared', async () => {
  const { destination } = await atMeta();
  expect(destination.capabilities).toMatchObject({
    maxMembersPerCall: 10_000,
    maxCallRate: { calls: 10, perMs: 1_000 },
  });
});

describe('the code in the body says more than the status', () => {
  it('too many calls, although the status is 400', async () => {
    const { vendor, destination, apply } = await atMeta();
    const { segment } = await destination.createSegment(REQUEST);
    vendor.failNext?.('rate-limited');
    expect(await apply('add', segment, USERS)).toMatchObject({ kind: 'retry', tooFast: true });
  });

  it('an audience that somebody deleted: nobody of it is tried again', async () => {
    const { vendor, destination, apply } = await atMeta();
    const { segment } = await destination.createSegment(REQUEST);
    vendor.forget(segment);
    const rejected = { status: 'rejected', reason: 'answered 400' };
    expect(await apply('add', segment, USERS)).toEqual({
      kind: 'outcomes',
      outcomes: [rejected, rejected, rejected],
    });
  });
});
