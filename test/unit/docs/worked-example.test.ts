import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { createHttpDestination } from '../../../shared/destinations/http/http-destination.ts';
import { destinationIds } from '../../../shared/destinations/registry.ts';

const page = readFileSync('docs/destinations.md', 'utf8');
const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '') as object;

test('the worked example is a description that does what the page says', async () => {
  const calls: string[] = [];
  const destination = createHttpDestination(parseDescription(example, 'acme.json'), {
    credentials: () => Promise.resolve('token'),
    options: { advertiser: '4711' },
    fetch: (url, { method, headers, body } = {}) => {
      const advertiser = new Headers(headers).get('x-advertiser') ?? '';
      calls.push(`${method ?? ''} ${(url as URL).href} ${advertiser} ${body as string}`);
      const failed = [{ hash: '1'.repeat(64), code: 'UNKNOWN' }];
      const answer = JSON.stringify({ data: { id: 71 }, failed });
      return Promise.resolve(
        new Response(answer, { status: 409 - 209 * Math.sign(calls.length - 1) }),
      );
    },
  });
  const { segment } = await destination.createSegment({ title: 'VIPs', audienceId: 'a.1' });
  expect(segment).toBe('71');
  const members = ['1'.repeat(64), '2'.repeat(64)].map((user) => ({
    segment,
    user,
    operatedAt: 0,
  }));
  expect(await destination.apply({ operation: 'add', members })).toEqual({
    kind: 'outcomes',
    outcomes: [{ status: 'rejected', reason: 'not taken: UNKNOWN' }, { status: 'delivered' }],
  });
  const base = 'POST https://api.acme.example/v2/segments';
  expect(calls).toEqual([
    `${base} 4711 {"name":"VIPs","external_id":"a.1"}`,
    `${base}/71/users 4711 {"action":"add","hashes":["${'1'.repeat(64)}","${'2'.repeat(64)}"]}`,
  ]);
});

test('the table of what ships has a row for every destination, and no other', () => {
  const table = /## What ships\n([\s\S]*?)\n## /.exec(page)?.[1] ?? '';
  const ids = [...table.matchAll(/^\| \[?`([a-z0-9-]+)`/gm)].map(([, id]) => id);
  expect(ids.sort()).toEqual([...destinationIds].sort());
});
