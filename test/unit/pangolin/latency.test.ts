import { beforeEach, describe, expect, it } from '@jest/globals';
import { settlesWithin } from '../../setup/machine-time.ts';
import { authorization, pangolinForEachTest } from './pangolin-client.ts';

const client = pangolinForEachTest();
beforeEach(() => client.create('One'));

describe('latencyMs', () => {
  it.each([
    ['an add', {}, 'POST ?id=12345&userid=a'],
    ['a refusal', {}, 'POST ?id=99&userid=a'],
    ['a wrong method', {}, 'PUT '],
    ['an injected error', { error500: 1 }, 'POST ?title=One'],
  ])('delays the answer to %s', async (_, faults, request) => {
    const [method = '', query = ''] = request.split(' ');
    await client.call('PUT', '/v1/faults', { ...faults, latencyMs: 150 });
    const startedAt = performance.now();
    expect(await settlesWithin(client.call(method, `/v1/segment${query}`), 5_000)).toBe(true);
    expect(performance.now() - startedAt).toBeGreaterThan(140);
  });

  it('delays calls beside each other, not after each other', async () => {
    await client.call('PUT', '/v1/faults', { latencyMs: 200 });
    const calls = Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        client.call('POST', `/v1/segment?id=12345&userid=user-${index}`),
      ),
    );
    expect(await settlesWithin(calls, 3_000)).toBe(true);
    await calls;
    expect(await client.users(12345)).toHaveLength(30);
  });

  it('applies at once, and counts no member when the caller did not wait for the 200', async () => {
    await client.call('PUT', '/v1/faults', { latencyMs: 200 });
    const call = fetch(`${client.pangolin.url}/v1/segment?id=12345&userid=a`, {
      method: 'POST',
      headers: { authorization },
      signal: AbortSignal.timeout(50),
    });
    await expect(call).rejects.toThrow();
    expect(await client.users(12345)).toEqual(['a']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await client.stats()).toMatchObject({ calls: 2, adds: 0 });
  });
});
