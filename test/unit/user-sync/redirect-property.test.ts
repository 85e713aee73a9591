import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  MAPP_SYNC_HOSTS,
  readOut,
  trustedOut,
  withUserId,
} from '../../../shared/mapp/user-sync.ts';
import { HOSTILE_OUTS } from './hostile-outs.ts';
import { OUT, startSync, type SyncServer } from './sync-server.ts';

/** Pieces that URLs, and attacks on them, are made of; anything may stand between them. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'https:',
      'https://',
      'http://',
      '//',
      '/',
      '\\',
      '@',
      ':',
      ':443',
      '?',
      '#',
      '&',
      '=',
      '.',
    ],
    ...[
      'go.flx1.com',
      'GO.FLX1.COM',
      'evil.example',
      'ｇｏ.flx1.com',
      '[[USERID]]',
      '%5B%5BUSERID%5D%5D',
    ],
    ...[
      '%0d%0a',
      '%2f',
      '%252f',
      '%5c',
      '%40',
      '%00',
      '\r\n',
      '\t',
      ' ',
      'out=',
      '\u0085',
      '\u00ad',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const built = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const behindTheHost = built.map((rest) => `https://go.flx1.com${rest}`);
const changed = fc
  .tuple(fc.constantFrom(OUT, ...HOSTILE_OUTS.map(([, out]) => out)), fc.nat(2_100), piece)
  .map(([out, at, inserted]) => out.slice(0, at) + inserted + out.slice(at));
const anyOut = fc.oneof(built, behindTheHost, changed, fc.string({ unit: 'binary' }), fc.webUrl());
const runs = { numRuns: 5_000 };

/** By a parser of its own, as a browser would read it. */
function isSafe(location: string): boolean {
  const url = new URL(location);
  return (
    location.startsWith('https://go.flx1.com/') &&
    url.origin === 'https://go.flx1.com' &&
    url.username + url.password === '' &&
    /^[!-~]+$/.test(location) &&
    url.href === location
  );
}

it('whatever out and the id are, a browser goes to an allowed host by https, or nowhere', () => {
  let redirects = 0;
  fc.assert(
    fc.property(anyOut, fc.string({ unit: 'grapheme' }), (out, userId) => {
      const url = trustedOut(out, MAPP_SYNC_HOSTS);
      if (url === undefined) return true;
      redirects += 1;
      return isSafe(withUserId(url, userId));
    }),
    runs,
  );
  expect(redirects).toBeGreaterThan(100);
});

it('an id can change nothing but the values it stands for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (userId) => {
      const url = trustedOut(`${OUT}&again=[[USERID]]`, MAPP_SYNC_HOSTS);
      const { searchParams } = new URL(url === undefined ? '' : withUserId(url, userId));
      expect([...searchParams]).toEqual([
        ['userid', userId],
        ['pl', '99999'],
        ['plsec', 'verysecure'],
        ['again', userId],
      ]);
    }),
  );
});

it('however out is written, encoded or not, the same is read', () => {
  fc.assert(
    fc.property(behindTheHost, (out) => {
      if (!out.isWellFormed()) return;
      expect(readOut(`/sync?out=${out}`)).toBe(out);
      expect(readOut(`/sync?out=${encodeURIComponent(out)}&x=1`)).toBe(out);
    }),
  );
});

let server: SyncServer;
beforeAll(async () => {
  server = await startSync();
});
afterAll(() => server.close());

it('over HTTP, whatever out is, it is 302 to an allowed host or 400 without Location', async () => {
  await fc.assert(
    fc.asyncProperty(anyOut, async (out) => {
      if (!out.isWellFormed() || out.length > 3_000) return;
      const answer = await server.sync(`/sync?out=${encodeURIComponent(out)}`);
      if (answer.status === 302) expect(isSafe(answer.location ?? '')).toBe(true);
      else
        expect([answer.status, answer.location, answer.cookie]).toEqual([
          400,
          undefined,
          undefined,
        ]);
    }),
    { numRuns: 500 },
  );
});
