import { describe, expect, it } from '@jest/globals';
import { pangolinForEachTest } from './pangolin-client.ts';
import { rawRequest } from './raw-request.ts';

const client = pangolinForEachTest();
const get = (path: string) => fetch(`${client.pangolin.url}${path}`);

describe('the files of the page', () => {
  it('are HTML at /, to anyone', async () => {
    const answer = await get('/');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await answer.text()).toContain('<h1>Pangolin</h1>');
  });

  it('ask for nothing outside of this server, and every file they ask for is there', async () => {
    const html = await (await get('/')).text();
    const named = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url = '']) => url);
    expect(named.length).toBeGreaterThan(3);
    const seen = new Set<string>();
    for (const url of named) await follow(url, seen);
    expect(seen.size).toBeGreaterThan(10);
  });

  it.each([
    ['/page/main.js', 'text/javascript; charset=utf-8'],
    ['/page/page.css', 'text/css; charset=utf-8'],
    ['/page/icon.svg', 'image/svg+xml'],
  ])('%s is %s', async (path, contentType) => {
    expect((await get(path)).headers.get('content-type')).toBe(contentType);
  });

  it.each(['/', '/page/main.js'])('allow scripts of this server only: %s', async (path) => {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('hold no script and no style of their own', async () => {
    const html = await (await get('/')).text();
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| style=| on[a-z]+=/);
  });

  it.each([
    '/page/',
    '/page/nothing.js',
    '/page/tsconfig.json',
    '/page/..%2fpangolin.ts',
    '/page/%2e%2e/pangolin.ts',
    '/page/../pangolin.ts',
    '/page/....//pangolin.ts',
    '/page/..\\pangolin.ts',
    '/page/main.js/',
    '/page/main.js%00.css',
    '/page//etc/passwd',
  ])('do not include %s', async (path) => {
    const { status } = await rawRequest(client.pangolin, { path });
    expect(status).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE'])('are not changed by %s', async (method) => {
    const { status, headers } = await client.call(method, '/page/main.js');
    expect([status, headers.get('allow')]).toEqual([405, 'GET']);
  });
});

/** Reads a file and those that it imports. */
async function follow(url: string, seen: Set<string>): Promise<void> {
  const { pathname, origin } = new URL(url, client.pangolin.url);
  if (seen.has(pathname)) return;
  seen.add(pathname);
  expect(origin).toBe(client.pangolin.url);
  const answer = await get(pathname);
  expect([pathname, answer.status]).toEqual([pathname, 200]);
  const text = await answer.text();
  expect(text.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/@import url|url\(|https?:/);
  for (const [, next = ''] of text.matchAll(/^import .* from '([^']*)'/gm)) {
    await follow(new URL(next, `${origin}${pathname}`).href, seen);
  }
}
