import { beforeEach, describe, expect, it } from '@jest/globals';
import { entries, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();
beforeEach(() => client.create('One', 'Two'));

describe('one user', () => {
  it('is added and removed without a body in the answer', async () => {
    const added = await client.call('POST', '/v1/segment?id=12345&userid=a%2Bb');
    expect([added.status, added.text]).toEqual([200, '']);
    expect(await client.users(12345)).toEqual(['a+b']);
    const removed = await client.call('DELETE', '/v1/segment?id=12345&userid=a%2Bb');
    expect([removed.status, removed.text]).toEqual([200, '']);
    expect(await client.users(12345)).toEqual([]);
  });

  it('may be added twice and removed twice', async () => {
    for (const method of ['POST', 'POST', 'DELETE', 'DELETE']) {
      const { status } = await client.call(method, '/v1/segment?id=12345&userid=a');
      expect(status).toBe(200);
    }
  });

  it.each(['POST', 'DELETE'])('cannot %s in an unknown segment', async (method) => {
    const { status, json } = await client.call(method, '/v1/segment?id=99&userid=a');
    expect(status).toBe(404);
    expect(json).toEqual({ status: 'ERROR', error: 'There is no segment 99.' });
  });
});

describe('a batch', () => {
  it('adds to and removes from several segments and counts its mutations', async () => {
    const body = [...entries(12345, 'a', 'b'), ...entries('12346', 'a', 'c')];
    const added = await client.call('POST', '/v1/segment', body);
    expect([added.status, added.json]).toEqual([200, { status: 'OK', mutations: 4 }]);
    expect(await client.users(12345)).toEqual(['a', 'b']);
    expect(await client.users(12346)).toEqual(['a', 'c']);

    const some = [...entries(12345, 'a'), ...entries(12346, 'c', 'absent')];
    const removed = await client.call('DELETE', '/v1/segment', some);
    expect([removed.status, removed.json]).toEqual([200, { status: 'OK', mutations: 3 }]);
    expect(await client.users(12345)).toEqual(['b']);
    expect(await client.users(12346)).toEqual(['a']);
  });

  it('changes nothing when it is sent again', async () => {
    const body = entries(12345, 'a', 'b');
    await client.call('POST', '/v1/segment', body);
    const { status, json } = await client.call('POST', '/v1/segment', body);
    expect([status, json]).toEqual([200, { status: 'OK', mutations: 2 }]);
    expect(await client.users(12345)).toEqual(['a', 'b']);
  });

  it('takes 1000 users and refuses 1001', async () => {
    const userIds = Array.from({ length: 1001 }, (_, index) => `user-${index}`);
    const over = await client.call('POST', '/v1/segment', entries(12345, ...userIds));
    expect(over.status).toBe(413);
    expect(over.json).toEqual({ status: 'ERROR', error: 'One call takes up to 1000 users.' });
    expect(await client.users(12345)).toEqual([]);
    const most = entries(12345, ...userIds.slice(1));
    expect((await client.call('POST', '/v1/segment', most)).status).toBe(200);
    expect(await client.users(12345)).toHaveLength(1000);
  });

  it.each([
    ['no array', {}],
    ['no object', [null]],
    ['text', ['a']],
    ['no userid', [{ segment: 12345 }]],
    ['no segment', [{ userid: 'b' }]],
    ['an empty userid', entries(12345, '')],
    ['a userid that is a number', entries(12345, 7)],
    ['a segment that is no number', entries('one', 'b')],
    ['a segment that is no integer', entries(12345.5, 'b')],
    ['a segment below 1', entries(0, 'b')],
    ['a segment that is null', entries(null, 'b')],
  ])('with %s is refused as a whole', async (_, bad) => {
    const body = Array.isArray(bad) ? [...entries(12345, 'good'), ...(bad as unknown[])] : bad;
    const { status, json } = await client.call('POST', '/v1/segment', body);
    expect(status).toBe(400);
    expect(json).toEqual({ status: 'ERROR', error: expect.any(String) });
    expect(await client.users(12345)).toEqual([]);
  });

  it('without entries is refused', async () => {
    const { status, json } = await client.call('POST', '/v1/segment', []);
    expect([status, json]).toEqual([400, { status: 'ERROR', error: 'The array is empty.' }]);
  });

  it.each(['POST', 'DELETE'])('%s with an unknown segment changes nothing', async (method) => {
    await client.call('POST', '/v1/segment?id=12345&userid=there');
    const body = [...entries(12345, 'there', 'new'), ...entries(99, 'b')];
    const { status, json } = await client.call(method, '/v1/segment', body);
    expect([status, json]).toEqual([404, { status: 'ERROR', error: 'There is no segment 99.' }]);
    expect(await client.users(12345)).toEqual(['there']);
  });
});
