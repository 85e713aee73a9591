import { afterEach, describe, expect, it } from '@jest/globals';
import { membersOf, type DestinationFixture } from '../../../contracts/destinations/third-party.ts';
import {
  roktAttributesFixture,
  roktEventsFixture,
  roktImportFixture,
} from '../../../fakes/platforms/rokt.ts';

let fixture: DestinationFixture | undefined;

afterEach(() => fixture?.thirdParty.close());

describe('a redelivery that comes late', () => {
  it.each([roktAttributesFixture, roktEventsFixture])('is told by its id', async (start) => {
    fixture = await start();
    const { thirdParty, settings } = fixture;
    const destination = fixture.create(settings);
    const added = { operation: 'add', members: membersOf('VIPs', ['a'], 1) } as const;
    await destination.apply(added);
    const members = await thirdParty.members('VIPs');
    await destination.apply({ operation: 'remove', members: membersOf('VIPs', ['a'], 2) });
    await destination.apply(added);
    const removes = destination.capabilities.removal === 'native';
    expect(await thirdParty.members('VIPs')).toEqual(removes ? [] : members);
    expect(members).toEqual([thirdParty.asKnown('a')]);
  });
});

describe('the fakes of Rokt', () => {
  /** Sends something to one of them by hand; gives the status and what rules it broke. */
  async function send(
    start: () => Promise<DestinationFixture>,
    { path, body, header }: { path: string; body: unknown; header?: string },
  ): Promise<[number, readonly string[]]> {
    fixture = await start();
    const { thirdParty, settings } = fixture;
    const right = `Basic ${btoa((await settings.credentials?.()) ?? '')}`;
    const authorization = header ?? right;
    const { status } = await fetch(`${settings.baseUrl ?? ''}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization === '' ? {} : { authorization }),
      },
      body: JSON.stringify(body),
    });
    return [status, thirdParty.violations()];
  }

  const LISTS = '/v3/import/suppression';
  const BULK = '/v2/bulkevents';
  const include = { accountId: '123456789', action: 'include', list: 'A' };
  const batch = {
    environment: 'production',
    source_request_id: '1',
    user_identities: { email: 'a@b.c' },
    user_attributes: { A: 'true' },
  };

  it.each([
    ['', 401],
    ['Basic d3Jvbmc6d3Jvbmc=', 403],
  ])('want credentials: %j', async (header, status) => {
    const call = { header, body: [] };
    expect(await send(roktImportFixture, { ...call, path: LISTS })).toEqual([status, []]);
    await fixture?.thirdParty.close();
    expect(await send(roktEventsFixture, { ...call, path: BULK })).toEqual([status, []]);
  });

  it.each([
    [{ ...include, emails: ['a@b.c'] }, []],
    [include, ['not exactly one kind of identifiers']],
    [{ ...include, emails: ['a'], sha256s: ['b'] }, ['not exactly one kind of identifiers']],
    [{ ...include, emails: [] }, ['no identifiers']],
    [{ ...include, sha256s: ['a@b.c'] }, ['an identifier is no SHA-256 in hex']],
    [{ ...include, action: 'add', emails: ['a'] }, ['the action is neither of the two']],
  ])('check lists: %j', async (body, broken) => {
    const expected = [broken.length === 0 ? 200 : 400, broken];
    expect(await send(roktImportFixture, { path: LISTS, body })).toEqual(expected);
  });

  it.each([
    ['a right one', [batch], []],
    ['101', new Array(101).fill(batch), ['not 1 to 100 batches']],
    ['one without id', [{ ...batch, source_request_id: '' }], ['no source_request_id']],
    ['a raw email as hash', [{ ...batch, user_identities: { other: 'a' } }], [/is no SHA-256/]],
    [
      'a long name',
      [{ ...batch, user_attributes: { ['x'.repeat(257)]: 'a' } }],
      [/256 characters/],
    ],
    [
      'a long value',
      [{ ...batch, user_attributes: { A: 'x'.repeat(4_097) } }],
      [/4096 characters/],
    ],
    ['large', [{ ...batch, deleted_user_attributes: ['x'.repeat(128_000)] }], [/128 kB/]],
    ['larger', [{ ...batch, deleted_user_attributes: ['x'.repeat(256_000)] }], [/256 kB/]],
  ])('check batches: %s', async (_name, body, broken) => {
    const [status, violations] = await send(roktAttributesFixture, { path: BULK, body });
    expect(status).toBe(broken.length === 0 ? 202 : 400);
    expect(violations).toEqual(broken.map((text) => expect.stringMatching(text)));
  });
});
