import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createUserSyncHandler } from '../../../functions/user-sync/handler.ts';
import { createLogger } from '../../../shared/logger.ts';
import { MAPP_SYNC_HOSTS } from '../../../shared/mapp/user-sync.ts';

const OUT = 'https://go.flx1.com/uid?userid=[[USERID]]&pl=99999&plsec=verysecure';
const OURS = '0123456789abcdef0123456789abcdef';

let server: Server;
let lines: string;

beforeEach(async () => {
  lines = '';
  const log = createLogger('debug', { write: (line) => (lines += line) });
  const handler = createUserSyncHandler({ allowedHosts: MAPP_SYNC_HOSTS, log });
  server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
});

async function sync(pathAndQuery: string, init: RequestInit = {}) {
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}${pathAndQuery}`;
  const { status, headers, ...rest } = await fetch(url, { redirect: 'manual', ...init }).then(
    async (response) => ({
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    }),
  );
  const location = headers.get('location');
  return { status, headers, location, cookie: headers.get('set-cookie'), text: rest.text };
}

const userIn = (location: string | null) =>
  new URL(location ?? 'about:blank').searchParams.get('userid') ?? '';
const withCookie = (cookie: string) => sync(`/sync?out=${OUT}`, { headers: { cookie } });

describe('a browser that is new', () => {
  it('is sent to Mapp with an id of ours, which its cookie keeps', async () => {
    const { status, location, cookie, text } = await sync(`/sync?out=${OUT}`);
    expect(status).toBe(302);
    const user = userIn(location);
    expect(user).toMatch(/^[0-9a-f]{32}$/);
    expect(location).toBe(OUT.replace('[[USERID]]', user));
    expect(cookie).toMatch(new RegExp(`^audience_relay_id=${user}; Path=/; Max-Age=[0-9]{7,8}; `));
    expect(cookie?.split('; ')).toEqual(
      expect.arrayContaining(['HttpOnly', 'Secure', 'SameSite=None']),
    );
    expect(text).toBe('');
  });

  it('gets an id nobody else has', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => sync(`/?out=${OUT}`)));
    expect(new Set(answers.map(({ location }) => userIn(location))).size).toBe(20);
  });

  it('may come with the encoded form', async () => {
    const { location } = await sync(`/sync?out=${encodeURIComponent(OUT)}`);
    expect(location).toBe(OUT.replace('[[USERID]]', userIn(location)));
  });

  it('is never answered from a cache, and tells Mapp nothing of where it was', async () => {
    const { headers } = await sync(`/sync?out=${OUT}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe('a browser that comes back', () => {
  it('keeps its id', async () => {
    const first = await sync(`/sync?out=${OUT}`);
    const second = await withCookie(first.cookie?.split(';')[0] ?? '');
    expect(second.location).toBe(first.location);
    expect(second.cookie).toBe(first.cookie);
  });

  it.each([
    `a=1; audience_relay_id=${OURS}; b=2`,
    `a=1;audience_relay_id=${OURS}`,
    `xaudience_relay_id=1; audience_relay_id=${OURS}`,
  ])('keeps it among other cookies: %s', async (cookie) => {
    expect(userIn((await withCookie(cookie)).location)).toBe(OURS);
  });

  it.each([
    'audience_relay_id=alice%40example.com',
    'audience_relay_id=',
    `audience_relay_id=${OURS.slice(1)}`,
    `audience_relay_id=${OURS}0`,
    `audience_relay_id=${OURS.toUpperCase()}`,
    `audience_relay_id="${OURS}"`,
    `xaudience_relay_id=${OURS}`,
    `other=audience_relay_id=${OURS}`,
    `audience_relay_id=[[USERID]]&x=1`,
  ])('with a value that is not ours gets a new one: %s', async (cookie) => {
    const user = userIn((await withCookie(cookie)).location);
    expect(user).toMatch(/^[0-9a-f]{32}$/);
    expect(user).not.toBe(OURS);
  });
});

it.each([
  '/sync',
  '/sync?out=',
  '/sync?out=https://evil.example/uid?userid=[[USERID]]',
  '/sync?out=http://go.flx1.com/uid',
  '/sync?out=%E0%A4%A',
  `/sync?out=${encodeURIComponent('https://go.flx1.com/\r\nSet-Cookie: a=b')}`,
  `/sync?out=${encodeURIComponent('https://go.flx1.com\\@evil.example/')}`,
])('%s is answered 400, sent nowhere, and given no cookie', async (url) => {
  const { status, location, cookie, text } = await sync(url);
  expect([status, location, cookie]).toEqual([400, null, null]);
  const error = 'out: is missing or is no URL this endpoint may redirect to';
  expect(JSON.parse(text)).toEqual({ error });
});

it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('%s is answered 405', async (method) => {
  const { status, headers, location, cookie } = await sync(`/sync?out=${OUT}`, { method });
  expect([status, headers.get('allow'), location, cookie]).toEqual([405, 'GET', null, null]);
});

it('one log line per request names neither the user nor the URL', async () => {
  const { location } = await sync(`/sync?out=${OUT}`, {
    headers: { cookie: `audience_relay_id=${OURS}` },
  });
  expect(userIn(location)).toBe(OURS);
  expect(lines.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(lines)).toMatchObject({
    event: 'request_answered',
    type: 'USER_SYNC',
    status: 302,
  });
  expect(lines).not.toContain(OURS);
  expect(lines).not.toContain('verysecure');
});
