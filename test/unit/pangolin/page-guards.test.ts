import { describe, expect, it } from '@jest/globals';
import { pangolinForEachTest } from './pangolin-client.ts';
import { ownPageHeaders, rawRequest } from './raw-request.ts';

const client = pangolinForEachTest();
const changes = [
  ['PUT', '/page/faults', '{"error500":1}'],
  ['DELETE', '/page/faults', ''],
  ['POST', '/page/play/validate', '{}'],
] as const;

/** Its headers, with these instead; undefined leaves one out. */
function headersBut(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const all = { ...ownPageHeaders(client.pangolin), ...headers };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

describe.each(changes)('%s %s', (method, path, body) => {
  const statusWith = async (headers: Readonly<Record<string, string | undefined>>) => {
    const sent = { method, path, body, headers: headersBut(headers) };
    return (await rawRequest(client.pangolin, sent)).status;
  };

  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another site that names ours', { 'sec-fetch-site': 'cross-site' }],
    [
      'another port of this machine',
      { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
    ],
    ['another port, by a browser that tells no site', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a program that tells no origin', { origin: undefined, 'sec-fetch-site': undefined }],
    [
      'a site whose name was pointed here',
      { host: 'evil.example:8090', origin: 'http://evil.example:8090' },
    ],
    [
      'a name that begins like ours',
      { host: '127.0.0.1.evil.example', origin: 'http://127.0.0.1.evil.example' },
    ],
    ['our name over https', { origin: 'https://127.0.0.1' }],
  ])('is refused from %s', async (_, headers) => {
    await client.call('PUT', '/v1/faults', { reset: 0.5 });
    expect(await statusWith(headers)).toBe(403);
    expect((await client.call('GET', '/v1/faults')).json).toMatchObject({
      reset: 0.5,
      error500: 0,
    });
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'is refused with the content type %s, which any site may send',
    async (type) => {
      expect(await statusWith({ 'content-type': type })).toBe(415);
    },
  );

  it.each(['localhost', '[::1]', '127.0.0.1'])(
    'is taken from the page opened at %s',
    async (name) => {
      const host = `${name}:${client.pangolin.port}`;
      const status = await statusWith({ host, origin: `http://${host}` });
      // 409: this Pangolin was not told where intake is.
      expect(status).toBe(path === '/page/play/validate' ? 409 : 200);
    },
  );
});

it.each(['/page/events', '/page/segments/12345/users'])(
  '%s tells nothing to a site whose name was pointed here',
  async (path) => {
    await client.create('One');
    const headers = { host: `evil.example:${client.pangolin.port}` };
    const { status, json } = await rawRequest(client.pangolin, { path, headers });
    expect(status).toBe(403);
    expect(json).toEqual({
      status: 'ERROR',
      error: 'Open the page as http://127.0.0.1 or http://localhost.',
    });
  },
);

it('a body over the limit is 413', async () => {
  const headers = ownPageHeaders(client.pangolin);
  for (const [method, path] of changes.filter(([method]) => method !== 'DELETE')) {
    const body = ' '.repeat(5 * 1024 * 1024 + 1);
    expect((await rawRequest(client.pangolin, { method, path, headers, body })).status).toBe(413);
  }
});

it('the faults that the page sets are those of the API, checked alike', async () => {
  const headers = ownPageHeaders(client.pangolin);
  const put = (body: string) =>
    rawRequest(client.pangolin, { method: 'PUT', path: '/page/faults', headers, body });
  expect((await put('{"error500":0.5}')).json).toMatchObject({ error500: 0.5 });
  expect((await client.call('GET', '/v1/faults')).json).toMatchObject({ error500: 0.5 });
  const wrong = await put('{"error500":2}');
  expect(wrong).toMatchObject({
    status: 400,
    json: { error: expect.stringContaining('error500') },
  });
  await rawRequest(client.pangolin, { method: 'DELETE', path: '/page/faults', headers });
  expect((await client.call('GET', '/v1/faults')).json).toMatchObject({ error500: 0 });
});
