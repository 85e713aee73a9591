import { beforeEach, describe, expect, it } from '@jest/globals';
import { entries, pangolinForEachTest } from './pangolin-client.ts';

/** What the dice show next; 0.99 when nothing is left. */
let dice: number[] = [];
const client = pangolinForEachTest(() => dice.shift() ?? 0.99);

beforeEach(async () => {
  dice = [];
  await client.create('One');
});

describe('errors', () => {
  it.each([
    ['error500', 500],
    ['error429', 429],
  ])('%s answers before anything is applied', async (fault, expected) => {
    await client.call('PUT', '/v1/faults', { [fault]: 1 });
    for (const [method, query] of [
      ['POST', '?title=Two'],
      ['POST', '?id=12345&userid=a'],
      ['DELETE', '?id=12345&userid=a'],
      ['POST', ''],
    ] as const) {
      const { status, json, headers } = await client.call(method, `/v1/segment${query}`);
      expect(status).toBe(expected);
      expect(json).toEqual({ status: 'ERROR', error: expect.any(String) });
      expect(headers.has('retry-after')).toBe(false);
    }
    const segments = [{ segment_id: 12345, title: 'One', members: 0 }];
    expect((await client.call('GET', '/v1/segments')).json).toEqual(segments);
    const counted = { calls: 5, creates: 1, adds: 0, removes: 0, refused: 0, faults: 4 };
    expect(await client.stats()).toEqual(counted);
  });

  it('429 carries Retry-After when set, 500 does not', async () => {
    await client.call('PUT', '/v1/faults', { error429: 1, retryAfterSeconds: 7 });
    const { headers } = await client.call('POST', '/v1/segment?title=Two');
    expect(headers.get('retry-after')).toBe('7');
    await client.call('PUT', '/v1/faults', { error500: 1, retryAfterSeconds: 7 });
    expect((await client.call('POST', '/v1/segment?title=Two')).headers.has('retry-after')).toBe(
      false,
    );
  });

  it('come at the given rates', async () => {
    await client.call('PUT', '/v1/faults', { error500: 0.1, error429: 0.2 });
    const statusFor = async (drawn: number) => {
      dice = [drawn];
      return (await client.call('POST', '/v1/segment?title=One')).status;
    };
    expect(await statusFor(0)).toBe(500);
    expect(await statusFor(0.09)).toBe(500);
    expect(await statusFor(0.11)).toBe(429);
    expect(await statusFor(0.29)).toBe(429);
    expect(await statusFor(0.31)).toBe(200);
  });

  it('leave every other path alone', async () => {
    await client.call('PUT', '/v1/faults', { error500: 1, latencyMs: 60_000 });
    for (const path of ['/', '/v1/segments', '/v1/segments/12345/users', '/v1/stats']) {
      expect((await client.call('GET', path)).status).toBe(200);
    }
    expect((await client.call('DELETE', '/v1/faults')).status).toBe(200);
  });
});

describe('resets', () => {
  it('cut the connection before applying in the lower half of the dice', async () => {
    await client.call('PUT', '/v1/faults', { reset: 1 });
    dice = [0, 0.49];
    await expect(client.call('POST', '/v1/segment', entries(12345, 'a'))).rejects.toMatchObject({
      cause: { code: 'ECONNRESET' },
    });
    expect(await client.users(12345)).toEqual([]);
    expect(await client.stats()).toMatchObject({ calls: 2, adds: 0, faults: 1 });
  });

  it('cut it after applying in the upper half, without counting the members', async () => {
    await client.call('PUT', '/v1/faults', { reset: 1 });
    dice = [0, 0.5];
    await expect(client.call('POST', '/v1/segment', entries(12345, 'a', 'b'))).rejects.toThrow();
    expect(await client.users(12345)).toEqual(['a', 'b']);
    dice = [0, 0.5];
    await expect(client.call('DELETE', '/v1/segment?id=12345&userid=a')).rejects.toThrow();
    expect(await client.users(12345)).toEqual(['b']);
    expect(await client.stats()).toMatchObject({ calls: 3, adds: 0, removes: 0, faults: 2 });
  });

  it('come at the given rate, beside the errors', async () => {
    await client.call('PUT', '/v1/faults', { error500: 0.1, error429: 0.1, reset: 0.3 });
    dice = [0.49, 0];
    await expect(client.call('POST', '/v1/segment?title=Two')).rejects.toThrow();
    dice = [0.51];
    expect((await client.call('POST', '/v1/segment?title=Two')).status).toBe(200);
  });
});
