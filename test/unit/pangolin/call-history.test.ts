import { afterEach, describe, expect, it } from '@jest/globals';
import type { CallView } from '../../pangolin/page-api/view.ts';
import { eventually } from '../../setup/eventually.ts';
import { readEvents } from './event-reader.ts';
import { authorization, entries, pangolinForEachTest } from './pangolin-client.ts';

let dice: number[] = [];
const client = pangolinForEachTest(() => dice.shift() ?? 0.99);
afterEach(() => {
  dice = [];
});

/** The last calls, as a page that is opened now shows them. */
async function calls(): Promise<readonly CallView[]> {
  const reader = await readEvents(client.pangolin);
  reader.close();
  return reader.events()[0]?.data.calls ?? [];
}

describe('the last calls', () => {
  it('say what was asked for, in words, and how it ended', async () => {
    await client.create('One', 'Two');
    await client.call('POST', '/v1/segment', [...entries(12345, 'a', 'b'), ...entries(12346, 'a')]);
    await client.call('DELETE', '/v1/segment?id=12345&userid=a');
    await client.call('POST', '/v1/segment', [...entries(99, 'a')]);
    await client.call('POST', '/v1/segment', 'no JSON');
    expect(await calls()).toMatchObject([
      { what: 'POST, not understood', result: 400, error: 'The body is not valid JSON.' },
      { what: 'add 1 to 99', result: 404, error: 'There is no segment 99.', injected: false },
      { what: 'remove 1 from 12345', result: 200 },
      { what: 'add 3 to 2 segments', result: 200 },
      { what: 'create “Two”', result: 200 },
      { what: 'create “One”', result: 200 },
    ]);
  });

  it('show wrong credentials', async () => {
    await fetch(`${client.pangolin.url}/v1/segment?title=One`, { method: 'POST' });
    expect(await calls()).toMatchObject([{ what: 'POST with wrong credentials', result: 401 }]);
  });

  it('tell injected faults from what went wrong by itself', async () => {
    await client.create('One');
    await client.call('PUT', '/v1/faults', { error429: 0.1, reset: 0.1 });
    dice = [0];
    await client.call('POST', '/v1/segment', entries(12345, 'a', 'b'));
    dice = [0.15, 0];
    await client.call('POST', '/v1/segment', entries(12345, 'a')).catch(() => undefined);
    expect(await calls()).toMatchObject([
      { what: 'add 1 to 12345', result: 'cut', injected: true },
      { what: 'add 2 to 12345', result: 429, injected: true },
      { what: 'create “One”', result: 200, injected: false },
    ]);
  });

  it('show who did not wait for a late answer', async () => {
    await client.call('PUT', '/v1/faults', { latencyMs: 60_000 });
    const call = fetch(`${client.pangolin.url}/v1/segment?title=One`, {
      method: 'POST',
      headers: { authorization },
      signal: AbortSignal.timeout(50),
    });
    await expect(call).rejects.toThrow();
    await eventually(async () => {
      expect(await calls()).toMatchObject([{ what: 'create “One”', result: 'hung up' }]);
    });
  });

  it('shorten titles without end', async () => {
    await client.create('x'.repeat(5_000));
    expect((await calls())[0]?.what.length).toBeLessThan(100);
  });
});
