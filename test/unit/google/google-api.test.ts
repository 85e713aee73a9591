import { afterEach, describe, expect, test } from '@jest/globals';
import { createGoogleApi, type GoogleCredentials } from '../../../shared/google/google-api.ts';
import { eventually } from '../../setup/eventually.ts';
import { settlesWithin } from '../../setup/machine-time.ts';
import { answer, heldBack, neverAnswer, scriptedServer } from './scripted-server.ts';

const server = scriptedServer();
const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

function api(credentials?: GoogleCredentials) {
  const created = createGoogleApi({ baseUrl: server.url, credentials });
  closings.push(() => {
    created.close();
  });
  return created;
}

describe('a call', () => {
  test('sends its body as JSON and gives back the JSON of the answer', async () => {
    server.replyWith(answer(200, { messageIds: ['1'] }));
    const body = { messages: [{ data: 'ü' }] };
    expect(await api().call('POST', '/v1/a:b?c=d', { body, timeoutMs: 5_000 })).toEqual({
      messageIds: ['1'],
    });
    expect(server.received).toMatchObject([{ method: 'POST', path: '/v1/a:b?c=d' }]);
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual(body);
    expect(server.received[0]?.headers['content-type']).toBe('application/json');
  });

  test('without a body sends none', async () => {
    await api().call('GET', '/v1/a', { timeoutMs: 5_000 });
    expect(server.received).toMatchObject([{ method: 'GET', body: '' }]);
    expect(server.received[0]?.headers['content-type']).toBeUndefined();
  });
});

test('credentials are asked for each call: a token may have ended since the last', async () => {
  let asked = 0;
  const google = api(() => {
    asked += 1;
    return Promise.resolve({ Authorization: `Bearer ${asked}` });
  });
  for (let call = 0; call < 3; call += 1) await google.call('GET', '/', { timeoutMs: 5_000 });
  const sent = server.received.map(({ headers }) => headers.authorization);
  expect(sent).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3']);
});

describe('connections', () => {
  test('are kept: calls one after the other share one', async () => {
    const google = api();
    for (let call = 0; call < 5; call += 1) await google.call('GET', '/', { timeoutMs: 5_000 });
    expect(server.received).toHaveLength(5);
    expect(server.connections).toBe(1);
  });

  test('are 100 at most, whatever is called at once', async () => {
    const held = heldBack(answer(200, {}));
    server.replyWith(held.reply);
    const google = api();
    const calls = Array.from({ length: 150 }, () => google.call('GET', '/', { timeoutMs: 20_000 }));
    await eventually(() => {
      expect(server.received).toHaveLength(100);
    });
    held.release();
    await Promise.all(calls);
    expect(server.received).toHaveLength(150);
    expect(server.connections).toBe(100);
  });

  test('that are idle end with close()', async () => {
    const google = api();
    await google.call('GET', '/', { timeoutMs: 5_000 });
    expect(await server.openConnections()).toBe(1);
    google.close();
    // Well before the server ends them by itself.
    const ending = eventually(async () => {
      expect(await server.openConnections()).toBe(0);
    });
    expect(await settlesWithin(ending, 1_000)).toBe(true);
  });
});

describe('when nobody answers, a call ends by its time all the same', () => {
  const TIMEOUT_MS = 200;
  /** Of machine time. */
  const SLACK_MS = 400;

  async function expectEndInTime(call: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now();
    const calling = call();
    expect(await settlesWithin(calling, TIMEOUT_MS + SLACK_MS)).toBe(true);
    await expect(calling).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
  }
  const call = (google = api()) => google.call('GET', '/', { timeoutMs: TIMEOUT_MS });

  test('at the server, which is left alone then', async () => {
    server.replyWith(neverAnswer);
    await expectEndInTime(() => call());
    await eventually(async () => {
      expect(await server.openConnections()).toBe(0);
    });
    expect(server.received).toHaveLength(1);
  });

  test('to the end: the answer only begins', async () => {
    server.replyWith((response) => {
      response.writeHead(200);
      response.write('{');
    });
    await expectEndInTime(() => call());
  });

  test('where the credentials come from', async () => {
    await expectEndInTime(() => call(api(() => new Promise(() => undefined))));
    expect(server.received).toEqual([]);
  });

  test('to those before it, which hold all connections', async () => {
    server.replyWith(neverAnswer);
    const google = api();
    const before = Array.from({ length: 100 }, () =>
      google.call('GET', '/', { timeoutMs: 2_000 }).catch(() => undefined),
    );
    await eventually(() => {
      expect(server.received).toHaveLength(100);
    });
    await expectEndInTime(() => call(google));
    google.close();
    await Promise.all(before);
  });
});
