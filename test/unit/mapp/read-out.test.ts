import { expect, it } from '@jest/globals';
import { readOut, readSyncQuery } from '../../../shared/mapp/user-sync.ts';

const FILLED = 'https://go.flx1.com/uid?userid=[[USERID]]&pl=99999&plsec=verysecure';

it.each([
  ['the template as the browser sends it', `/sync?out=${FILLED}`, FILLED],
  ['the root path', `/?out=${FILLED}`, FILLED],
  ['a parameter before it', `/sync?pid=1&out=${FILLED}`, FILLED],
  ['an out inside of out', `/sync?out=${FILLED}&out=2`, `${FILLED}&out=2`],
  [
    'a macro the browser has encoded',
    '/sync?out=https://go.flx1.com/uid?userid=%5B%5BUSERID%5D%5D&pl=9',
    'https://go.flx1.com/uid?userid=%5B%5BUSERID%5D%5D&pl=9',
  ],
  ['the encoded form', `/sync?out=${encodeURIComponent(FILLED)}`, FILLED],
  ['the encoded form in lower case', '/sync?out=https%3a%2f%2fgo.flx1.com', 'https://go.flx1.com'],
  ['parameters after the encoded form', `/sync?out=${encodeURIComponent(FILLED)}&x=1`, FILLED],
  [
    'a URL as the parameter after the encoded form',
    `/sync?out=${encodeURIComponent(FILLED)}&ref=https://other.example/?out=2`,
    FILLED,
  ],
  [
    'the scheme in capitals',
    `/sync?out=HTTPS://go.flx1.com/?a=1&b=2`,
    'HTTPS://go.flx1.com/?a=1&b=2',
  ],
])('reads %s', (_, requestUrl, out) => {
  expect(readOut(requestUrl)).toBe(out);
});

it.each([
  ['there is no query', '/sync'],
  ['there is no out', '/sync?in=https://go.flx1.com/'],
  ['another parameter ends in out', '/sync?logout=https://go.flx1.com/'],
  ['out is no percent-encoding', '/sync?out=%E0%A4%A'],
])('reads nothing when %s', (_, requestUrl) => {
  expect(readOut(requestUrl)).toBeUndefined();
});

it('does not decode a raw URL: what is encoded in it belongs to its own query', () => {
  const out = 'https://go.flx1.com/uid?userid=[[USERID]]&plsec=a%26b%3Dc';
  expect(readOut(`/sync?out=${out}`)).toBe(out);
});

it.each([
  ['before out', `/sync?a=1&b=%26&out=${FILLED}`, { a: '1', b: '&' }],
  [
    'before and behind the encoded out',
    `/sync?a=1&out=${encodeURIComponent(FILLED)}&b=2`,
    { a: '1', b: '2' },
  ],
  ['nowhere: what follows out belongs to it', `/sync?out=${FILLED}&b=2`, {}],
  ['without out', '/sync?a=1', { a: '1' }],
])('reads what stands beside out, %s', (_, requestUrl, parameters) => {
  expect(Object.fromEntries(readSyncQuery(requestUrl).parameters)).toEqual(parameters);
});
