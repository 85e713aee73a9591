import { describe, expect, it } from '@jest/globals';
import { entries, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();

async function page(): Promise<string> {
  const answer = await fetch(client.pangolin.url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  return answer.text();
}

describe('GET /', () => {
  it('shows segments with their member counts to anyone', async () => {
    await client.create('Shoe lovers');
    await client.call('POST', '/v1/segment', entries(12345, 'a', 'b', 'c'));
    expect(await page()).toContain('<td>12345</td><td>Shoe lovers</td><td>3</td>');
  });

  it('shows stats and the faults in force', async () => {
    await client.create('One', 'Two');
    await client.call('PUT', '/v1/faults', { error429: 0.25, refuseUsers: ['<u>'] });
    const text = await page();
    expect(text).toContain('<td>creates</td><td>2</td>');
    expect(text).toContain('<td>error429</td><td>0.25</td>');
    expect(text).toContain('[&quot;&lt;u&gt;&quot;]');
  });

  it('escapes titles', async () => {
    await client.create(`<script>alert("1" & '2')</script>`);
    const text = await page();
    expect(text).not.toContain('<script>');
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;');
  });

  it('renews itself', async () => {
    expect(await page()).toContain('<meta http-equiv="refresh" content="2">');
  });
});
