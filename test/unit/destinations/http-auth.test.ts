import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { describedDestination, thirdPartyForEachTest } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const members = [{ segment: '1', user: 'u', operatedAt: 0 }];
const SECRET = 's3cret: with/odd+characters';

async function callWith(auth: object, fields: object = {}, secret = SECRET) {
  const credentials = () => Promise.resolve(secret);
  const destination = describedDestination(thirdParty.url, { auth, ...fields }, { credentials });
  await destination.apply({ operation: 'add', members });
  return thirdParty.call();
}

it('a bearer token is sent as it is', async () => {
  const { headers } = await callWith({ type: 'bearer' });
  expect(headers.authorization).toBe(`Bearer ${SECRET}`);
});

it('an API key stands in the header it is described for, behind its prefix', async () => {
  const auth = { type: 'api-key', header: 'X-API-Key', prefix: 'key=' };
  expect((await callWith(auth)).headers['x-api-key']).toBe(`key=${SECRET}`);
});

it('an API key in the query is escaped there', async () => {
  const { url } = await callWith({ type: 'api-key-in-query', name: 'api_key' });
  expect(url).not.toContain('/odd');
  expect(new URL(url ?? '', 'http://h').searchParams.get('api_key')).toBe(SECRET);
});

it.each([
  ['sha256', 'hex'],
  ['sha512', 'base64'],
  ['sha1', 'hex'],
] as const)('an HMAC (%s, %s) is that of the body as it is sent', async (algorithm, encoding) => {
  const auth = { type: 'hmac', header: 'X-Sig', algorithm, encoding, prefix: 'v1=' };
  const { headers, body } = await callWith(auth);
  const digest = createHmac(algorithm, SECRET).update(body).digest(encoding);
  expect(headers['x-sig']).toBe(`v1=${digest}`);
});

it('a line break around a secret is none of it', async () => {
  const { headers } = await callWith({ type: 'bearer' }, {}, ' token\n');
  expect(headers.authorization).toBe('Bearer token');
});

it.each(['bearer', 'api-key'])(
  'a secret that no header can hold is said to be one: %s',
  async (type) => {
    const auth = type === 'bearer' ? { type } : { type, header: 'x-key' };
    const result = callWith(auth, {}, 'tök\nen');
    await expect(result).rejects.toThrow(/DESTINATION_CREDENTIALS: has characters/);
    await expect(result).rejects.not.toThrow(/tök/);
  },
);

describe('several credentials', () => {
  const named = { credentials: ['partner', 'key'] };
  const both = JSON.stringify({ partner: 'p&1', key: 'k"2' });

  it('stand where they are named', async () => {
    const body = { json: { partner: '{{credentials.partner}}', users: '{{members}}' } };
    const add = { method: 'POST', path: '/m', body, member: '{{user}}' };
    const auth = { type: 'bearer', credential: 'key' };
    const call = await callWith(auth, { ...named, add }, both);
    expect(call.headers.authorization).toBe('Bearer k"2');
    expect(JSON.parse(call.body)).toEqual({ partner: 'p&1', users: ['u'] });
  });

  it.each(['p&1', '{"partner":"p&1"}', '{"partner":"p&1","key":""}', '{"partner":"p&1","key":7}'])(
    'that are not written so are named, not quoted: %s',
    async (text) => {
      const result = callWith({ type: 'none' }, named, text);
      await expect(result).rejects.toThrow(/DESTINATION_CREDENTIALS: .*partner and key/);
      await expect(result).rejects.not.toThrow(/p&1/);
    },
  );
});

describe('options', () => {
  const options = {
    account: { text: 'the number of your account' },
    region: { text: 'eu or us', default: 'eu' },
  };
  const add = {
    method: 'POST',
    path: '/{{options.region}}/{{options.account}}',
    member: '{{user}}',
  };
  const create = (given: unknown) =>
    describedDestination(thirdParty.url, { options, add }, { options: given });

  it('stand where they are named; what is not given has its default', async () => {
    await create({ account: 'a/7' }).apply({ operation: 'add', members });
    expect(thirdParty.call().url).toBe('/eu/a%2F7');
  });

  it.each<[unknown, string[]]>([
    [undefined, ['account: acme needs it: the number of your account']],
    [
      { acount: 1, region: true },
      [
        'account: acme needs it: the number of your account',
        'region: must be a text or a number',
        'acount: is unknown to acme',
      ],
    ],
  ])('%j are refused, all problems at once', (given, problems) => {
    expect(() => create(given)).toThrow(
      expect.objectContaining({
        problems: problems.map((problem) => `DESTINATION_OPTIONS.${problem}`),
      }),
    );
  });
});
