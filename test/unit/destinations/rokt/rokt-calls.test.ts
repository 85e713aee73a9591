import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Member, MicroBatch } from '../../../../shared/destinations/destination.ts';
import { createRoktDestination } from '../../../../shared/destinations/rokt/rokt-destination.ts';
import { recordingFetch } from '../recording-fetch.ts';

const ANNA = ' Anna@Example.com ';
const HASH = createHash('sha256').update('anna@example.com').digest('hex');
const ATTRIBUTES = { mode: 'attributes', pod: 'us1' };
const EVENTS = { mode: 'events', pod: 'us1', identity: 'email' };

/** A destination with these options, and the calls that it makes. */
function rokt(options: object) {
  const { fetch, calls } = recordingFetch(() => new Response(null, { status: 202 }));
  const credentials = () => Promise.resolve('key:secret');
  return { destination: createRoktDestination({ credentials, options, fetch }), calls };
}

function member(user: string, fields: Partial<Member> = {}): Member {
  return { segment: 'VIPs', user, operatedAt: 1_700_000_000_000, ...fields };
}

async function bodyOf(options: object, operation: MicroBatch['operation'], members: Member[]) {
  const { destination, calls } = rokt(options);
  await destination.apply({ operation, members });
  expect(calls).toHaveLength(1);
  return JSON.parse(calls[0]?.body ?? '') as unknown;
}

describe('a call to the audience import', () => {
  const IMPORT = { accountId: '123456789' };

  it('goes to the documented place with Basic credentials', async () => {
    const { destination, calls } = rokt(IMPORT);
    await destination.apply({ operation: 'add', members: [member('a@b.c')] });
    const [call] = calls;
    expect(call?.method).toBe('POST');
    expect(call?.url).toBe('https://data.rokt.com/v3/import/suppression');
    expect(call?.headers.get('authorization')).toBe(`Basic ${btoa('key:secret')}`);
    expect(call?.headers.get('content-type')).toBe('application/json');
  });

  it('includes hashes of trimmed, lower-cased emails, and keeps what is hashed', async () => {
    const members = [member(ANNA), member('a'.repeat(64).toUpperCase())];
    expect(await bodyOf(IMPORT, 'add', members)).toEqual({
      accountId: '123456789',
      action: 'include',
      list: 'VIPs',
      sha256s: [HASH, 'a'.repeat(64)],
    });
  });

  it('excludes emails as they are', async () => {
    const options = { ...IMPORT, identifier: 'email' };
    expect(await bodyOf(options, 'remove', [member(ANNA)])).toEqual({
      accountId: '123456789',
      action: 'exclude',
      list: 'VIPs',
      emails: [ANNA.trim()],
    });
  });

  it('names a user once, whom the DMP knows by two ids', async () => {
    const members = [member(ANNA), member('anna@example.com')];
    expect(await bodyOf(IMPORT, 'add', members)).toMatchObject({ sha256s: [HASH] });
  });
});

describe('a call to the Events API', () => {
  it.each([
    ['us1', 'https://s2s.us1.mparticle.com/v2/bulkevents'],
    ['us2', 'https://s2s.us2.mparticle.com/v2/bulkevents'],
    ['eu1', 'https://s2s.eu1.mparticle.com/v2/bulkevents'],
    ['au1', 'https://s2s.au1.mparticle.com/v2/bulkevents'],
  ])('goes to the pod %s', async (pod, url) => {
    const { destination, calls } = rokt({ ...ATTRIBUTES, pod });
    await destination.apply({ operation: 'add', members: [member('a')] });
    expect(calls[0]?.url).toBe(url);
  });

  it('sets an attribute for who is added', async () => {
    expect(await bodyOf(ATTRIBUTES, 'add', [member(ANNA)])).toEqual([
      {
        environment: 'production',
        source_request_id: expect.stringMatching(/^[0-9a-f]{64}$/),
        user_identities: { other: HASH },
        user_attributes: { VIPs: 'true' },
      },
    ]);
  });

  it('deletes it for who is removed', async () => {
    const options = { ...ATTRIBUTES, identity: 'email', environment: 'development' };
    expect(await bodyOf(options, 'remove', [member(ANNA)])).toEqual([
      {
        environment: 'development',
        source_request_id: expect.stringMatching(/^[0-9a-f]{64}$/),
        user_identities: { email: ANNA.trim() },
        deleted_user_attributes: ['VIPs'],
      },
    ]);
  });

  it('tells of who is added by a conversion that Rokt counts once', async () => {
    const options = { ...EVENTS, identity: 'customer_id', eventName: 'mapp' };
    const [batch] = (await bodyOf(options, 'add', [member('c-1')])) as [Record<string, unknown>];
    const id = batch['source_request_id'];
    expect(batch).toEqual({
      environment: 'production',
      source_request_id: id,
      user_identities: { customer_id: 'c-1' },
      events: [
        {
          event_type: 'custom_event',
          data: {
            event_name: 'mapp',
            custom_event_type: 'other',
            source_message_id: id,
            timestamp_unixtime_ms: 1_700_000_000_000,
            custom_attributes: { audience: 'VIPs', operation: 'add', confirmationref: id },
          },
        },
      ],
    });
  });

  it('is not made for a removal that an event cannot express', async () => {
    const { destination, calls } = rokt(EVENTS);
    const members = [member('a@b.c')];
    const { kind, outcomes } = await destination
      .apply({ operation: 'remove', members })
      .then((result) => ({ outcomes: [], ...result }));
    expect([kind, outcomes]).toEqual([
      'outcomes',
      [{ status: 'skipped', reason: expect.any(String) }],
    ]);
    expect(calls).toEqual([]);
  });
});
