import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { PlatformError } from '../../../shared/errors.ts';
import type { Secret } from '../../../shared/secrets/secrets.ts';
import { OUT, startSync, type SyncServer } from './sync-server.ts';

/** HMAC-SHA1 of OUT, in hexadecimal, under `sync-secret`. */
const SIGNATURE = createHmac('sha1', 'sync-secret').update(OUT).digest('hex');
const sign = (text: string, secret = 'sync-secret') =>
  createHmac('sha1', secret).update(text).digest('hex');

let server: SyncServer | undefined;
afterEach(() => server?.close());

describe('with a secret', () => {
  const start = async () => {
    server = await startSync({ SYNC_SECRETS: 'newest,sync-secret' });
    return server;
  };

  it.each([
    ['before out', `signature=${SIGNATURE}&out=${OUT}`],
    ['in capitals', `signature=${SIGNATURE.toUpperCase()}&out=${OUT}`],
    ['before the encoded out', `signature=${SIGNATURE}&out=${encodeURIComponent(OUT)}`],
    ['behind the encoded out', `out=${encodeURIComponent(OUT)}&signature=${SIGNATURE}`],
    ['by the newest secret', `signature=${sign(OUT, 'newest')}&out=${OUT}`],
    ['beside others', `gdpr=0&signature=${SIGNATURE}&x=1&out=${OUT}`],
  ])('a URL that is signed (%s) is answered', async (_, query) => {
    expect(await (await start()).sync(`/sync?${query}`)).toMatchObject({ status: 302 });
  });

  it.each([
    ['not at all', `out=${OUT}`],
    ['with nothing', `signature=&out=${OUT}`],
    ['by another secret', `signature=${sign(OUT, 'another')}&out=${OUT}`],
    ['for another out', `signature=${sign(`${OUT}0`)}&out=${OUT}`],
    ['by a plain hash', `signature=a94a8fe5ccb19ba61c4c0873d391e987982fbbd3&out=${OUT}`],
    ['in half', `signature=${SIGNATURE.slice(0, 20)}&out=${OUT}`],
    ['inside of out', `out=${OUT}&signature=${SIGNATURE}`],
    ['in another parameter', `sig=${SIGNATURE}&out=${OUT}`],
  ])('one that is signed %s is answered 401, and sent nowhere', async (_, query) => {
    const answer = await (await start()).sync(`/sync?${query}`, { cookie: 'a=1' });
    expect(answer).toMatchObject({ status: 401, location: undefined, cookie: undefined });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(JSON.parse(answer.text)).toEqual({
      error: expect.stringMatching(/^signature: is missing or does not match; sign out with HMAC/),
    });
  });

  it('a signature does not open it for a hostile out', async () => {
    const out = 'https://evil.example/';
    const answer = await (await start()).sync(`/sync?signature=${sign(out)}&out=${out}`);
    expect(answer).toMatchObject({ status: 400, location: undefined });
  });
});

describe('with names of its own', () => {
  const start = async () => {
    server = await startSync({
      SYNC_SECRETS: 'sync-secret',
      SYNC_SIGNATURE_NAME: 'sig',
      SYNC_SIGNED_PARAMETERS: 'partner, out',
    });
    return server;
  };

  it('all of the parameters are signed, in their order', async () => {
    const signature = sign(`4 2\n${OUT}`);
    for (const query of [
      `partner=4%202&sig=${signature}&out=${OUT}`,
      `out=${encodeURIComponent(OUT)}&sig=${signature}&partner=4+2`,
    ]) {
      expect(await (await start()).sync(`/sync?${query}`)).toMatchObject({ status: 302 });
      await server?.close();
    }
  });

  it.each([
    ['another value', `partner=43&sig=${sign(`42\n${OUT}`)}&out=${OUT}`],
    ['a missing value', `sig=${sign(`42\n${OUT}`)}&out=${OUT}`],
    ['another order', `partner=42&sig=${sign(`${OUT}\n42`)}&out=${OUT}`],
    ['a line feed inside', `partner=4%0a2&sig=${sign(`4\n2\n${OUT}`)}&out=${OUT}`],
  ])('%s is refused', async (_, query) => {
    expect(await (await start()).sync(`/sync?${query}`)).toMatchObject({ status: 401 });
  });

  it('a missing value is an empty one', async () => {
    const query = `sig=${sign(`\n${OUT}`)}&out=${OUT}`;
    expect(await (await start()).sync(`/sync?${query}`)).toMatchObject({ status: 302 });
  });
});

describe('a secret that is kept elsewhere', () => {
  const signed = `/sync?signature=${SIGNATURE}&out=${OUT}`;

  it('is read again after a mismatch: it may have been rotated', async () => {
    let refreshes = 0;
    const secret: Secret = {
      current: () => Promise.resolve(['old']),
      refresh: () => {
        refreshes += 1;
        return Promise.resolve(['sync-secret', 'old']);
      },
    };
    server = await startSync({}, secret);
    expect(await server.sync(signed)).toMatchObject({ status: 302 });
    expect(refreshes).toBe(1);
    expect(await server.sync('/sync?out=https://evil.example/')).toMatchObject({ status: 400 });
    expect(await server.sync(`/sync?signature=x&out=${OUT}`)).toMatchObject({ status: 401 });
    expect(refreshes).toBe(1);
  });

  it('that cannot be read is 503 with Retry-After, and an ERROR', async () => {
    const fail = () => Promise.reject(new PlatformError('SECRET_UNAVAILABLE', 'not to be read'));
    server = await startSync({}, { current: fail, refresh: fail });
    const answer = await server.sync(signed);
    expect(answer).toMatchObject({ status: 503, location: undefined, cookie: undefined });
    expect(answer.headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' });
    expect(JSON.parse(server.logged())).toMatchObject({
      severity: 'ERROR',
      status: 503,
      errorCode: 'SECRET_UNAVAILABLE',
    });
  });

  it('and a fault of our own is 500, without its text', async () => {
    const fail = () => Promise.reject(new Error('sync-secret leaked'));
    server = await startSync({}, { current: fail, refresh: fail });
    const answer = await server.sync(signed);
    expect(answer).toMatchObject({ status: 500, location: undefined });
    expect(answer.text + server.logged()).not.toContain('leaked');
  });
});
