import { beforeEach, describe, expect, it } from '@jest/globals';
import { entries, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();
const usersRefused = { status: 'ERROR', error: 'one or more users were refused' };

beforeEach(async () => {
  await client.create('One', 'Two');
  await client.call('POST', '/v1/segment?id=12345&userid=bad-1');
  const faults = { refuseUsers: ['bad-1', 'bad-2'], refuseTitles: ['Not <this>'] };
  await client.call('PUT', '/v1/faults', faults);
});

describe('refused users', () => {
  it.each(['POST', 'DELETE'])('sink a whole %s batch, unnamed', async (method) => {
    const body = [...entries(12346, 'good', 'bad-2'), ...entries(12345, 'bad-1', 'last')];
    const { status, json } = await client.call(method, '/v1/segment', body);
    expect([status, json]).toEqual([400, usersRefused]);
    expect(await client.users(12345)).toEqual(['bad-1']);
    expect(await client.users(12346)).toEqual([]);
    expect(await client.stats()).toMatchObject({ refused: 2, adds: 1, removes: 0, faults: 0 });
  });

  it.each(['POST', 'DELETE'])('are refused in a single %s', async (method) => {
    const { status, json } = await client.call(method, '/v1/segment?id=12345&userid=bad-1');
    expect([status, json]).toEqual([400, usersRefused]);
    expect(await client.users(12345)).toEqual(['bad-1']);
    expect(await client.stats()).toMatchObject({ refused: 1, adds: 1, removes: 0 });
  });

  it('do not touch batches without them', async () => {
    const { status } = await client.call('POST', '/v1/segment', entries(12346, 'good', 'bad-3'));
    expect(status).toBe(200);
    expect(await client.users(12346)).toEqual(['good', 'bad-3']);
  });

  it('are not counted when the batch is refused for another reason', async () => {
    await client.call('POST', '/v1/segment', [...entries(12345, 'bad-1'), ...entries(99, 'a')]);
    await client.call('POST', '/v1/segment', [...entries(12345, 'bad-1'), 'malformed']);
    expect(await client.stats()).toMatchObject({ refused: 0 });
  });
});

describe('a refused title', () => {
  it('is answered with 422 in words and makes no segment', async () => {
    const { status, json } = await client.call('POST', '/v1/segment?title=Not%20%3Cthis%3E');
    expect(status).toBe(422);
    const error = 'The title Not <this> is not allowed on this platform.';
    expect(json).toEqual({ status: 'ERROR', error });
    expect((await client.call('GET', '/v1/segments')).json).toHaveLength(2);
    expect(await client.stats()).toMatchObject({ creates: 2, faults: 0 });
  });
});
