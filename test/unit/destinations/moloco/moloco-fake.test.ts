import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DestinationFixture } from '../../../contracts/destinations/third-party.ts';
import { molocoFixture } from '../../../fakes/platforms/moloco.ts';

const ZEROS = '00000000-0000-0000-0000-000000000000';
const EVENT = {
  id: 'e-1',
  event_type: 'PAGE_VIEW',
  timestamp: '1700000000000',
  channel_type: 'SITE',
  page_id: 'mapp-dmp/VIPs/join',
  user_id: 'anna',
};

describe('the fake of Moloco', () => {
  let fixture: DestinationFixture;
  beforeEach(async () => {
    fixture = await molocoFixture();
  });
  afterEach(() => fixture.thirdParty.close());

  async function post(body: object, { platform, key }: { platform?: string; key?: string } = {}) {
    const { settings } = fixture;
    const { platformId } = settings.options as { platformId: string };
    const path = `/rmp/event/v1/platforms/${platform ?? platformId}/userevents`;
    const apiKey = key ?? (await settings.credentials?.()) ?? '';
    const response = await fetch(`${settings.baseUrl ?? ''}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === '' ? {} : { 'x-api-key': apiKey }),
      },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, fields: Object.keys(answer) };
  }

  it.each([
    [{}, []],
    [{ id: 'x'.repeat(129) }, [/no id within 128/]],
    [{ event_type: 'VIEW' }, ['unknown event_type']],
    [{ event_type: 'PURCHASE' }, ['missing items']],
    [{ event_type: 'SEARCH' }, ['missing search_query']],
    [{ page_id: undefined }, ['missing page_id']],
    [{ page_id: 'x'.repeat(128) }, []],
    [{ page_id: 'x'.repeat(129) }, ['a page_id over 128 characters']],
    [{ timestamp: String(Date.now() + 60_000) }, ['invalid timestamp']],
    [{ timestamp: '2026-01-01' }, ['invalid timestamp']],
    [{ channel_type: 'TV' }, ['unknown channel_type']],
    [{ channel_type: 'APP' }, ['device os must be ios or android']],
    [{ user_id: undefined }, ['no available valid identifier']],
    [{ user_id: 'null' }, ['user_id is a word for none']],
    [{ user_id: 'x'.repeat(129) }, [/within 128 characters/]],
    [{ user_id: undefined, device: { advertising_id: ZEROS } }, ['advertising_id is all zeros']],
    [{ audience: 'VIPs' }, [/not documented: audience/]],
  ])('checks events: %j', async (fields, broken) => {
    const taken = { status: 200, fields: [] };
    const refused = { status: 400, fields: ['code', 'message', 'details'] };
    const answer = await post({ ...EVENT, ...fields });
    expect(answer).toEqual(broken.length === 0 ? taken : refused);
    const expected = broken.map((text) => expect.stringMatching(text));
    expect(fixture.thirdParty.violations()).toEqual(expected);
  });

  it.each([
    ['no key', 401, { key: '' }],
    ['a wrong key', 403, { key: 'other' }],
    ['another platform', 404, { platform: 'other' }],
  ])('refuses %s: %i', async (_, status, call) => {
    const answer = await post(EVENT, call);
    expect(answer).toEqual({ status, fields: ['code', 'message', 'details'] });
    expect(fixture.thirdParty.violations()).toEqual([]);
  });

  it('takes an event once, whatever comes under its id later', async () => {
    await post(EVENT);
    expect((await post({ ...EVENT, user_id: 'berta' })).status).toBe(200);
    expect(await fixture.thirdParty.members('VIPs')).toEqual(['anna']);
  });

  it('takes no event of leaving for one of joining', async () => {
    await post({ ...EVENT, page_id: 'mapp-dmp/VIPs/leave' });
    expect(await fixture.thirdParty.members('VIPs')).toEqual([]);
  });
});
