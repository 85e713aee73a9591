import { describe, expect, it } from '@jest/globals';
import { pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();

const off = {
  latencyMs: 0,
  error500: 0,
  error429: 0,
  reset: 0,
  refuseUsers: [],
  refuseTitles: [],
};
const all = {
  latencyMs: 5,
  error500: 0.1,
  error429: 0.2,
  retryAfterSeconds: 1,
  reset: 0.05,
  refuseUsers: ['bad-user'],
  refuseTitles: ['Bad title'],
};

describe('/v1/faults', () => {
  it('shows everything off at the start', async () => {
    const { status, json } = await client.call('GET', '/v1/faults');
    expect([status, json]).toEqual([200, off]);
  });

  it('answers and shows the faults in force', async () => {
    const put = await client.call('PUT', '/v1/faults', all);
    expect([put.status, put.json]).toEqual([200, all]);
    expect((await client.call('GET', '/v1/faults')).json).toEqual(all);
  });

  it('replaces all earlier faults: what is missing is off', async () => {
    await client.call('PUT', '/v1/faults', all);
    const { json } = await client.call('PUT', '/v1/faults', { error500: 1 });
    expect(json).toEqual({ ...off, error500: 1 });
    expect((await client.call('GET', '/v1/faults')).json).toEqual({ ...off, error500: 1 });
  });

  it('ends them with DELETE', async () => {
    await client.call('PUT', '/v1/faults', { error500: 1, refuseTitles: ['Bad'] });
    expect((await client.call('DELETE', '/v1/faults')).status).toBe(200);
    expect((await client.call('GET', '/v1/faults')).json).toEqual(off);
    expect((await client.call('POST', '/v1/segment?title=Bad')).status).toBe(200);
  });

  it.each([
    ['eror500', { eror500: 1 }],
    ['error500', { error500: 1.1 }],
    ['error429', { error429: -0.1 }],
    ['reset', { reset: '0.5' }],
    ['latencyMs', { latencyMs: -1 }],
    ['retryAfterSeconds', { retryAfterSeconds: 0.5 }],
    ['refuseUsers', { refuseUsers: 'bad-user' }],
    ['refuseTitles', { refuseTitles: [7] }],
  ])('refuses a wrong %s by name and keeps the faults in force', async (key, faults) => {
    await client.call('PUT', '/v1/faults', all);
    const { status, json } = await client.call('PUT', '/v1/faults', { ...faults });
    expect(status).toBe(400);
    expect(json).toEqual({ status: 'ERROR', error: expect.stringContaining(key) });
    expect((await client.call('GET', '/v1/faults')).json).toEqual(all);
  });

  it('names every wrong key at once', async () => {
    const { json } = await client.call('PUT', '/v1/faults', { reset: 2, error500: 2, other: 1 });
    for (const key of ['reset', 'error500', 'other']) {
      expect(json).toEqual({ status: 'ERROR', error: expect.stringContaining(key) });
    }
  });
});
