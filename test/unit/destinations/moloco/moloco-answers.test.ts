import { afterEach, describe, expect, it } from '@jest/globals';
import { createMolocoDestination } from '../../../../shared/destinations/moloco/moloco-destination.ts';
import { membersOf, type DestinationFixture } from '../../../contracts/destinations/third-party.ts';
import { molocoFixture } from '../../../fakes/platforms/moloco.ts';

const OPTIONS = { platformId: 'shop' };
const credentials = () => Promise.resolve('the-key');

function resultOf(response: () => Response, operation: 'add' | 'remove' = 'add') {
  const destination = createMolocoDestination({
    credentials,
    options: { ...OPTIONS, leaveEvents: true },
    fetch: () => Promise.resolve(response()),
  });
  return destination.apply({ operation, members: membersOf('VIPs', ['marker'], 0) });
}

describe('an answer of Moloco', () => {
  it.each([
    [200, { kind: 'outcomes', outcomes: [{ status: 'delivered' }] }],
    [400, { kind: 'outcomes', outcomes: [{ status: 'rejected', reason: 'answered 400' }] }],
    [401, { kind: 'fault', status: 401, reason: 'answered 401' }],
    [403, { kind: 'fault', status: 403, reason: 'answered 403' }],
    [404, { kind: 'fault', status: 404, reason: 'answered 404' }],
    [302, { kind: 'fault', status: 302 }],
    [429, { kind: 'retry', tooFast: true, serverError: false, reason: 'answered 429' }],
    [500, { kind: 'retry', tooFast: false, serverError: true, reason: 'answered 500' }],
    [501, { kind: 'retry', serverError: true }],
    [503, { kind: 'retry', serverError: true }],
  ])('%i: %j', async (status, result) => {
    const body = JSON.stringify({ code: 3, message: 'marker is invalid', details: ['marker'] });
    const actual = await resultOf(() => new Response(body, { status }));
    expect(actual).toMatchObject(result);
    expect(JSON.stringify(actual)).not.toContain('marker');
  });

  it('is about the event of leaving, too', async () => {
    const result = await resultOf(() => new Response('', { status: 400 }), 'remove');
    expect(result).toMatchObject({ kind: 'outcomes', outcomes: [{ status: 'rejected' }] });
  });

  it('may be missing: tried again', async () => {
    const result = await resultOf(() => {
      throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    });
    expect(result).toEqual({ kind: 'retry', reason: 'no answer (ECONNREFUSED)' });
  });

  it('makes the delivery pause as the failure protocol says', () => {
    const { capabilities } = createMolocoDestination({ credentials, options: OPTIONS });
    expect(capabilities.failurePausesMs).toEqual([5_000, 10_000, 20_000, 40_000, 900_000]);
  });
});

describe('the fake of Moloco', () => {
  let fixture: DestinationFixture | undefined;
  afterEach(() => fixture?.thirdParty.close());

  const event = {
    id: 'e-1',
    event_type: 'PAGE_VIEW',
    timestamp: '1700000000000',
    channel_type: 'SITE',
    page_id: 'mapp-dmp/VIPs/join',
    user_id: 'anna',
  };

  async function send(body: object, headers: Record<string, string> = {}, platform?: string) {
    fixture = await molocoFixture();
    const { settings, thirdParty } = fixture;
    const key = (await settings.credentials?.()) ?? '';
    const { platformId } = settings.options as { platformId: string };
    const path = `/rmp/event/v1/platforms/${platform ?? platformId}/userevents`;
    const { status } = await fetch(`${settings.baseUrl ?? ''}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key, ...headers },
      body: JSON.stringify(body),
    });
    return { status, violations: thirdParty.violations() };
  }

  it.each([
    [{}, []],
    [{ id: 'x'.repeat(129) }, [/no id within 128/]],
    [{ event_type: 'VIEW' }, ['unknown event_type']],
    [{ event_type: 'PURCHASE' }, ['missing items']],
    [{ event_type: 'SEARCH' }, ['missing search_query']],
    [{ page_id: undefined }, ['missing page_id']],
    [{ timestamp: String(Date.now() + 60_000) }, ['invalid timestamp']],
    [{ timestamp: '2026-01-01' }, ['invalid timestamp']],
    [{ channel_type: 'TV' }, ['unknown channel_type']],
    [{ channel_type: 'APP' }, ['device os must be ios or android']],
    [{ user_id: undefined }, ['no available valid identifier']],
    [{ user_id: 'null' }, ['user_id is a word for none']],
    [{ user_id: 'x'.repeat(129) }, [/within 128 characters/]],
    [{ audience: 'VIPs' }, [/not documented: audience/]],
  ])('checks events: %j', async (fields, broken) => {
    const { status, violations } = await send({ ...event, ...fields });
    expect(status).toBe(broken.length === 0 ? 200 : 400);
    expect(violations).toEqual(broken.map((text) => expect.stringMatching(text)));
  });

  it('checks the key and the platform', async () => {
    const wrong = { 'x-api-key': 'other' };
    expect(await send(event, wrong)).toEqual({ status: 403, violations: [] });
    await fixture?.thirdParty.close();
    expect(await send(event, {}, 'other')).toEqual({ status: 404, violations: [] });
  });

  it('takes an event once, whatever comes under its id later', async () => {
    const { thirdParty, settings } = (fixture = await molocoFixture());
    const destination = fixture.create(settings);
    const members = membersOf('VIPs', ['anna'], 1_700_000_000_000);
    await destination.apply({ operation: 'add', members });
    await destination.apply({ operation: 'add', members });
    expect(await thirdParty.members('VIPs')).toEqual(['anna']);
  });
});
