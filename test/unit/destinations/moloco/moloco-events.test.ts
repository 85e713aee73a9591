import { describe, expect, it } from '@jest/globals';
import type { Member, MicroBatch } from '../../../../shared/destinations/destination.ts';
import { createMolocoDestination } from '../../../../shared/destinations/moloco/moloco-destination.ts';
import { recordingFetch } from '../recording-fetch.ts';

const NOW = 1_800_000_000_000;
const NOBODY = ['null', 'undefined', 'invalid', 'nil', '00000000-0000-0000-0000-000000000000'];
const MEMBER: Member = { segment: 'VIPs', user: 'anna', operatedAt: 1_700_000_000_000 };

function moloco(options: object = {}) {
  const { fetch, calls } = recordingFetch(() => Response.json({}));
  const destination = createMolocoDestination({
    credentials: () => Promise.resolve('the-key'),
    options: { platformId: 'shop', ...options },
    fetch,
    now: () => NOW,
  });
  const apply = (operation: MicroBatch['operation'], fields: Partial<Member> = {}) =>
    destination.apply({ operation, members: [{ ...MEMBER, ...fields }] });
  const eventOf = async (...call: Parameters<typeof apply>) => {
    await apply(...call);
    return JSON.parse(calls.at(-1)?.body ?? '') as Record<string, unknown>;
  };
  return { destination, calls, apply, eventOf };
}

describe('the event of joining', () => {
  it('is a view of a page that names the audience', async () => {
    const { calls, eventOf } = moloco();
    expect(await eventOf('add')).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      event_type: 'PAGE_VIEW',
      timestamp: '1700000000000',
      channel_type: 'SITE',
      page_id: 'mapp-dmp/VIPs/join',
      user_id: 'anna',
    });
    expect(calls[0]?.method).toBe('POST');
    expect(calls[0]?.headers.get('x-api-key')).toBe('the-key');
    expect(calls[0]?.headers.get('content-type')).toBe('application/json');
  });

  it('is of the configured type and channel', async () => {
    const options = { eventType: 'HOME', channelType: 'APP', deviceOs: 'android' };
    expect(await moloco(options).eventOf('add')).toMatchObject({
      event_type: 'HOME',
      channel_type: 'APP',
      page_id: 'mapp-dmp/VIPs/join',
      user_id: 'anna',
      device: { os: 'android' },
    });
  });

  it.each([
    ['user_id', { user_id: 'anna' }],
    ['custom_id', { custom_id: 'anna' }],
    ['session_id', { session_id: 'anna' }],
    ['device.persistent_id', { device: { persistent_id: 'anna' } }],
    ['device.unique_device_id', { device: { unique_device_id: 'anna' } }],
    ['device.advertising_id', { device: { advertising_id: 'anna' } }],
  ])('names the user by one identifier, %s', async (identifier, named) => {
    const { user_id, custom_id, session_id, device } = await moloco({ identifier }).eventOf('add');
    const given = JSON.parse(JSON.stringify({ user_id, custom_id, session_id, device })) as unknown;
    expect(given).toEqual(named);
  });

  it('names the device and what runs on it', async () => {
    const app = { channelType: 'APP', deviceOs: 'ios', identifier: 'device.advertising_id' };
    const device = { os: 'ios', advertising_id: 'anna' };
    expect(await moloco(app).eventOf('add')).toMatchObject({ device });
  });

  it('is never of the future', async () => {
    const { eventOf } = moloco();
    const { timestamp } = await eventOf('add', { operatedAt: NOW + 1 });
    expect(timestamp).toBe(String(NOW));
    expect((await eventOf('add', { operatedAt: NOW }))['timestamp']).toBe(String(NOW));
  });
});

describe('the id of an event', () => {
  it('is the same at every redelivery, and another one for everything else', async () => {
    const ids = [
      await moloco().eventOf('add'),
      await moloco().eventOf('add', { operatedAt: MEMBER.operatedAt + 1 }),
      await moloco().eventOf('add', { user: 'berta' }),
      await moloco().eventOf('add', { segment: 'Others' }),
      await moloco({ leaveEvents: true }).eventOf('remove'),
      await moloco({ identifier: 'custom_id' }).eventOf('add'),
      await moloco({ platformId: 'shop_test' }).eventOf('add'),
    ].map((event) => event['id']);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await moloco().eventOf('add'))['id']).toBe(ids[0]);
  });
});

describe('a member that Moloco could not take', () => {
  it.each([...NOBODY, 'NULL', ' nil ', '', ' ', 'a\tb', '\ud800'])(
    'is rejected, and never sent: %j',
    async (user) => {
      const { apply, calls } = moloco();
      const rejected = { status: 'rejected', reason: expect.stringMatching(/^not sent: /) };
      expect(await apply('add', { user })).toEqual({ kind: 'outcomes', outcomes: [rejected] });
      expect(calls).toEqual([]);
    },
  );

  it('has an id of more than 128 characters', async () => {
    const { apply, calls } = moloco();
    const delivered = { outcomes: [{ status: 'delivered' }] };
    expect(await apply('add', { user: 'x'.repeat(128) })).toMatchObject(delivered);
    const rejected = { outcomes: [{ status: 'rejected' }] };
    expect(await apply('add', { user: 'x'.repeat(129) })).toMatchObject(rejected);
    expect(calls).toHaveLength(1);
  });
});

describe('the name of a segment', () => {
  const LONGEST = 'x'.repeat(113);

  it('is the title of its audience, as a person at Moloco reads it', async () => {
    const { destination, calls } = moloco();
    const created = await destination.createSegment({ title: 'Shoe "buyers"/A', audienceId: '1' });
    expect(created).toEqual({ segment: 'Shoe "buyers"/A', created: true });
    expect(calls).toEqual([]);
  });

  it.each(['add', 'remove'] as const)(
    'leaves a page within 128 characters: %s',
    async (operation) => {
      const { destination, eventOf } = moloco({ leaveEvents: true });
      const { segment } = await destination.createSegment({ title: LONGEST, audienceId: '1' });
      const { page_id: page } = await eventOf(operation, { segment });
      expect(String(page).length).toBeLessThanOrEqual(128);
    },
  );

  it.each([LONGEST + 'x', ' ', 'a\nb'])('is refused in words: %j', async (title) => {
    const creation = moloco().destination.createSegment({ title, audienceId: '1' });
    await expect(creation).rejects.toMatchObject({
      code: 'DESTINATION_REFUSED',
      message: expect.stringMatching(/^Moloco refused the audience: its name (is|has) /),
    });
  });
});

describe('a removal', () => {
  it('is skipped without a call', async () => {
    const { destination, apply, calls } = moloco();
    expect(destination.capabilities.removal).toBe('none');
    const skipped = { status: 'skipped', reason: 'Moloco cannot be told that somebody left' };
    expect(await apply('remove')).toEqual({ kind: 'outcomes', outcomes: [skipped] });
    expect(calls).toEqual([]);
  });

  it('is an event by option, and skipped nevertheless', async () => {
    const { destination, apply, calls } = moloco({ leaveEvents: true });
    expect(destination.capabilities.removal).toBe('native');
    const skipped = { status: 'skipped', reason: expect.stringMatching(/removes nobody/) };
    expect(await apply('remove')).toEqual({ kind: 'outcomes', outcomes: [skipped] });
    expect(calls[0]?.body).toContain('"mapp-dmp/VIPs/leave"');
  });
});

it('takes one member a call', async () => {
  const { destination, calls } = moloco({ callsPerSecond: 7 });
  const { maxMembersPerCall, maxCallRate } = destination.capabilities;
  expect([maxMembersPerCall, maxCallRate]).toEqual([1, { calls: 7, perMs: 1_000 }]);
  const members = [MEMBER, { ...MEMBER, user: 'berta' }];
  await expect(destination.apply({ operation: 'add', members })).rejects.toThrow(TypeError);
  expect(calls).toEqual([]);
});
