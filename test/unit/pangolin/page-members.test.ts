import { expect, test } from '@jest/globals';
import { entries, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();
const get = async (path: string) => {
  const answer = await fetch(`${client.pangolin.url}/page/segments/${path}`);
  return { status: answer.status, json: await answer.json() };
};

test('the page lists the first thousand members, and counts the others', async () => {
  await client.create('One');
  for (const part of [0, 1000]) {
    const users = Array.from({ length: 1000 }, (_, index) => `user-${part + index}`);
    await client.call('POST', '/v1/segment', entries(12345, ...users));
  }
  const { json } = await get('12345/users');
  expect(json).toMatchObject({ total: 2000, matching: 2000 });
  expect((json as { users: string[] }).users).toHaveLength(1000);
});

test('a filter finds members beyond them', async () => {
  await client.create('One');
  await client.call('POST', '/v1/segment', entries(12345, 'anna', 'ben & co', 'hannah'));
  expect((await get('12345/users?filter=ann')).json).toEqual({
    total: 3,
    matching: 2,
    users: ['anna', 'hannah'],
  });
  const { json } = await get(`12345/users?filter=${encodeURIComponent('& c')}`);
  expect(json).toMatchObject({ users: ['ben & co'] });
});

test.each(['99/users', 'abc/users', '12345/nothing', '12345'])(
  'there is nothing at %s',
  async (path) => {
    await client.create('One');
    expect((await get(path)).status).toBe(404);
  },
);
