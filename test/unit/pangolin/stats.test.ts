import { describe, expect, it } from '@jest/globals';
import { entries, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();
const zero = { calls: 0, creates: 0, adds: 0, removes: 0, refused: 0, faults: 0 };

describe('/v1/stats', () => {
  it('counts only authorised requests to /v1/segment', async () => {
    expect(await client.stats()).toEqual(zero);
    await client.call('GET', '/');
    await client.call('GET', '/v1/segments');
    await client.call('PUT', '/v1/faults', {});
    await client.call('GET', '/v1/nothing');
    await fetch(`${client.pangolin.url}/v1/segment?title=One`, { method: 'POST' });
    expect(await client.stats()).toEqual(zero);
    await client.call('POST', '/v1/segment');
    await client.call('PUT', '/v1/segment');
    expect(await client.stats()).toEqual({ ...zero, calls: 2 });
  });

  it('counts segments when they are created, not when they exist already', async () => {
    await client.create('One', 'Two', 'One');
    expect(await client.stats()).toEqual({ ...zero, calls: 3, creates: 2 });
  });

  it('counts members added and removed, also those already there or absent', async () => {
    await client.create('One');
    await client.call('POST', '/v1/segment', entries(12345, 'a', 'b'));
    await client.call('POST', '/v1/segment', entries(12345, 'a', 'b', 'c'));
    await client.call('POST', '/v1/segment?id=12345&userid=a');
    await client.call('DELETE', '/v1/segment', entries(12345, 'a', 'absent'));
    await client.call('DELETE', '/v1/segment?id=12345&userid=a');
    expect(await client.stats()).toEqual({ ...zero, calls: 6, creates: 1, adds: 6, removes: 3 });
  });

  it('counts nothing of a batch that was refused', async () => {
    await client.create('One');
    await client.call('POST', '/v1/segment', [...entries(12345, 'a'), ...entries(99, 'b')]);
    expect(await client.stats()).toEqual({ ...zero, calls: 2, creates: 1 });
  });
});
