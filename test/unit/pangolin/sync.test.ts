import { describe, expect, test } from '@jest/globals';
import { pangolinForEachTest } from './pangolin-client.ts';

const OUT = 'https://go.flx1.com/uid?userid=[[USERID]]&pl=99999&plsec=verysecure';

describe('user syncing at Pangolin', () => {
  const client = pangolinForEachTest();
  const get = (query: string, cookie = '') =>
    fetch(`${client.pangolin.url}/sync${query}`, { redirect: 'manual', headers: { cookie } });

  test('sends the browser to out with its id, and the same id when it comes again', async () => {
    const first = await get(`?out=${OUT}`);
    expect(first.status).toBe(302);
    const location = first.headers.get('location') ?? '';
    const id = /userid=([0-9a-f]{16})&pl=99999&plsec=verysecure$/.exec(location)?.[1];
    expect(id).toBeDefined();
    const again = await get(`?out=${encodeURIComponent(OUT)}`, `pangolin_id=${id ?? ''}`);
    expect(again.headers.get('location')).toBe(location);
  });

  test.each(['', '?out=', '?out=https://evil.example/[[USERID]]'])('refuses %j', async (query) => {
    const answer = await get(query);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
  });
});
