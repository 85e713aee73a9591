import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { browse, OUT, startSync, userIn, type SyncServer } from './sync-server.ts';

const OURS = '0123456789abcdef0123456789abcdef';
const DISCREET = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

let server: SyncServer;
beforeEach(async () => {
  server = await startSync();
});
afterEach(() => server.close());

const sync = (pathAndQuery: string) => server.sync(pathAndQuery);
const withCookie = (cookie: string) => server.sync(`/sync?out=${OUT}`, { cookie });

describe('a browser that is new', () => {
  it('is sent to Mapp with an id of ours, which its cookie keeps', async () => {
    const { status, location, cookie, text } = await sync(`/sync?out=${OUT}`);
    expect(status).toBe(302);
    const user = userIn(location);
    expect(user).toMatch(/^[0-9a-f]{32}$/);
    expect(location).toBe(OUT.replace('[[USERID]]', user));
    expect(cookie?.split('; ').sort()).toEqual([
      'HttpOnly',
      'Max-Age=33696000',
      'Path=/',
      'SameSite=None',
      'Secure',
      `audience_relay_id=${user}`,
    ]);
    expect(text).toBe('');
  });

  it('gets an id nobody else has', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => sync(`/?out=${OUT}`)));
    expect(new Set(answers.map(({ location }) => userIn(location))).size).toBe(20);
  });

  it.each([
    ['encoded', encodeURIComponent(OUT)],
    [
      'encoded, its macro twice',
      encodeURIComponent(OUT.replace('[[USERID]]', '%5b%5bUSERID%5D%5D')),
    ],
  ])('may come with out %s', async (_, out) => {
    const { location } = await sync(`/sync?out=${out}`);
    expect(userIn(location)).toMatch(/^[0-9a-f]{32}$/);
    expect(location).toBe(OUT.replace('[[USERID]]', userIn(location)));
  });

  it('may be asked by HEAD what it would get', async () => {
    const answer = await browse(`${server.url}/sync?out=${OUT}`, {}, 'HEAD');
    expect(answer).toMatchObject({ status: 302, text: '', headers: DISCREET });
    expect(answer.cookie).toContain(userIn(answer.location));
  });
});

describe('a browser that comes back', () => {
  it('keeps its id, and its cookie for as long again', async () => {
    const first = await sync(`/sync?out=${OUT}`);
    const second = await withCookie(first.cookie?.split(';')[0] ?? '');
    expect(second.location).toBe(first.location);
    expect(second.cookie).toBe(first.cookie);
  });

  it.each([
    `a=1; audience_relay_id=${OURS}; b=2`,
    `a=1;audience_relay_id=${OURS}`,
    `xaudience_relay_id=1; audience_relay_id=${OURS}`,
    `audience_relay_id=planted; audience_relay_id=${OURS}`,
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
  ['a redirect', `/sync?out=${OUT}`, 302],
  ['a refusal', '/sync?out=https://evil.example/', 400],
])('%s is never answered from a cache, and tells nobody where the browser was', async (...row) => {
  const [, url, status] = row;
  expect(await sync(url)).toMatchObject({ status, headers: DISCREET });
});

it.each(['/sync', '/sync?out=', '/sync?logout=https://go.flx1.com/'])(
  '%s is told what to send',
  async (url) => {
    const { status, location, cookie, text } = await sync(url);
    expect([status, location, cookie]).toEqual([400, undefined, undefined]);
    const { error } = JSON.parse(text) as { error: string };
    expect(error).toMatch(/^out: is missing or is no URL .*; send an https URL of go\.flx1\.com/);
  },
);

it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is answered 405', async (method) => {
  const { status, headers, location, cookie } = await browse(
    `${server.url}/sync?out=${OUT}`,
    {},
    method,
  );
  expect([status, headers.allow, location, cookie]).toEqual([
    405,
    'GET, HEAD',
    undefined,
    undefined,
  ]);
});

it('one log line per request names neither the user nor the URL', async () => {
  await withCookie(`audience_relay_id=${OURS}`);
  await sync('/sync?out=https://evil.example/verysecure');
  const lines = server.logged().trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { event: 'request_answered', type: 'USER_SYNC', status: 302 },
    { event: 'request_answered', type: 'USER_SYNC', status: 400, errorCode: 'REQUEST_INVALID' },
  ]);
  for (const secret of [OURS, 'verysecure', 'flx1', 'evil']) {
    expect(server.logged()).not.toContain(secret);
  }
});
