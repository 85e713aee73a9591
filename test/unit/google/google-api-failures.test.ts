import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createGoogleApi, type GoogleApi } from '../../../shared/google/google-api.ts';
import { freePort } from '../../setup/emulators.ts';
import { settlesWithin } from '../../setup/machine-time.ts';
import {
  answer,
  breakOff,
  googleError,
  reset,
  scriptedServer,
  type Reply,
} from './scripted-server.ts';

const server = scriptedServer();
const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

function api(baseUrl = server.url): GoogleApi {
  const created = createGoogleApi({ baseUrl });
  closings.push(() => {
    created.close();
  });
  return created;
}

const call = (google: GoogleApi, timeoutMs = 5_000) => google.call('GET', '/v1/a', { timeoutMs });

const MAY_PASS: readonly (readonly [string, Reply])[] = [
  ['408', googleError(408, 'DEADLINE_EXCEEDED')],
  ['429', googleError(429, 'RESOURCE_EXHAUSTED')],
  ['500', googleError(500, 'INTERNAL')],
  ['502 of a proxy', answer(502, '<html>Bad Gateway</html>')],
  ['503', googleError(503, 'UNAVAILABLE')],
  ['504', googleError(504, 'DEADLINE_EXCEEDED')],
  ['a broken connection', reset],
  ['an answer that breaks off', breakOff],
];

describe('a failure that may pass is tried again', () => {
  test.each(MAY_PASS)('%s', async (_, failure) => {
    server.replyWith(failure, failure, answer(200, { ok: true }));
    expect(await call(api())).toEqual({ ok: true });
    expect(server.received).toHaveLength(3);
  });

  test('a connection refused', async () => {
    const port = await freePort();
    const answered = call(api(`http://127.0.0.1:${port}`));
    const late = createServer((_request, response) => response.end('{"ok":true}'));
    closings.push(() => late.close());
    setTimeout(() => late.listen(port, '127.0.0.1'), 100);
    await once(late, 'listening');
    expect(await answered).toEqual({ ok: true });
  });

  test('until the time of the call is over: then it fails with the last code', async () => {
    server.replyWith(googleError(500, 'INTERNAL'), googleError(503, 'UNAVAILABLE'));
    const startedAt = performance.now();
    const calling = call(api(), 1_000);
    expect(await settlesWithin(calling, 1_400)).toBe(true);
    await expect(calling).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(server.received.length).toBeGreaterThan(1);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(995);

    const sofar = server.received.length;
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(server.received).toHaveLength(sofar);
  });

  test.each([
    ['ECONNRESET', () => api()],
    ['ECONNREFUSED', async () => api(`http://127.0.0.1:${await freePort()}`)],
  ])('%s is the code of a connection that stays so', async (code, at) => {
    server.replyWith(reset);
    await expect(call(await at(), 300)).rejects.toMatchObject({ code });
  });
});

describe('a failure that will not pass is told at once, by the status that Google names', () => {
  test.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'ALREADY_EXISTS'],
    [501, 'UNIMPLEMENTED'],
  ])('%i', async (status, code) => {
    server.replyWith(googleError(status, code, '"status":"OF_THE_MESSAGE"'));
    await expect(call(api())).rejects.toMatchObject({ code });
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ['a body without one', answer(404, '<html>Not Found</html>'), 'HTTP_404'],
    ['a redirection, which is not followed', answer(302, ''), 'HTTP_302'],
    ['one that is no word', googleError(403, 'user-1@example.com'), 'HTTP_403'],
    ['an answer that is no JSON', answer(200, '<html>Welcome</html>'), 'UNREADABLE'],
    ['an empty answer', answer(200, ''), 'UNREADABLE'],
  ])('%s', async (_, reply, code) => {
    server.replyWith(reply);
    await expect(call(api())).rejects.toMatchObject({ code });
    expect(server.received).toHaveLength(1);
  });
});

test.each<[string, Reply]>([
  ['is refused', googleError(403, 'PERMISSION_DENIED', 'marker-answer')],
  ['is not understood', answer(200, 'marker-answer')],
  ['breaks', reset],
  ['takes too long', () => undefined],
])('the error of a call that %s holds no token, no URL and no body', async (_, reply) => {
  server.replyWith(reply);
  const headers = { Authorization: 'Bearer marker-token' };
  const google = createGoogleApi({
    baseUrl: server.url,
    credentials: () => Promise.resolve(headers),
  });
  closings.push(() => {
    google.close();
  });
  const options = { body: { data: 'marker-body' }, timeoutMs: 200 };
  const failure: unknown = await google.call('POST', '/marker-path', options).catch(Object);
  expect(failure).toBeInstanceOf(Error);
  const shown = inspect(failure, { depth: 9, showHidden: true });
  expect(shown).toContain('GoogleCallError');
  expect(shown).not.toMatch(/marker|127\.0\.0\.1/);
  expect(server.received.at(-1)?.headers.authorization).toBe('Bearer marker-token');
});
