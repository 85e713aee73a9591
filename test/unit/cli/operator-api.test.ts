import type { Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLocalClient } from '../../../cli/dead-letters/local-client.ts';
import { createOperatorApi } from '../../../cli/local-stack/operator-api.ts';
import type { DeadLetterOperations } from '../../../shared/dead-letters/dead-letter-operations.ts';
import { PlatformError } from '../../../shared/errors.ts';
import { listenLocally } from '../../../shared/http/listen.ts';
import { createLogger } from '../../../shared/logger.ts';
import { operationsFixture, type OperationsFixture } from '../dead-letters/operations-fixture.ts';
import { letter } from '../dead-letters/sample-letters.ts';

const secret = 'sécret with a space €';
const everything = { filter: {}, dryRun: false };

let fixture: OperationsFixture;
let server: Server;
let url: string;
const serve = async (operations: DeadLetterOperations): Promise<void> => {
  const api = createOperatorApi({ operations, secret, log: createLogger('silent') });
  ({ server, url } = await listenLocally(api, 0));
};
const close = () => new Promise((resolve) => server.close(resolve));

beforeEach(async () => {
  fixture = operationsFixture();
  await serve(fixture.operations);
});
afterEach(close);

const post = (path: string, body: unknown, authorization = `Bearer ${encodeURI(secret)}`) =>
  fetch(`${url}/dead-letters/${path}`, {
    method: 'POST',
    headers: { authorization },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('the client gets what the operations give', async () => {
  const [id = ''] = await fixture.give(
    letter('08:00:00', ['add:a']),
    letter('09:00:00', ['add:b'], { reason: 'member-failing' }),
  );
  const client = createLocalClient({ url, secret });
  expect(await client.list({})).toEqual(await fixture.operations.list({}));
  expect(await client.list({ ids: [id] })).toMatchObject({ letters: [{ id }] });
  expect(await client.show(id)).toEqual(await fixture.operations.show(id));
  expect(await client.show('nobody')).toBeUndefined();

  const told: unknown[] = [];
  const onProgress = (progress: unknown) => void told.push(progress);
  const replay = { filter: { ids: [id] }, dryRun: false, includeUncertain: false };
  expect(await client.replay(replay, onProgress)).toMatchObject({ replayed: [{ letters: 1 }] });
  expect(fixture.queued()).toEqual([['add:a']]);
  expect(await client.purge(everything, onProgress)).toMatchObject({ purged: [{ letters: 1 }] });
  expect(await fixture.left()).toEqual([]);
  expect(told).toEqual([
    { done: 1, total: 1 },
    { done: 1, total: 1 },
  ]);
});

test.each([
  ['no credentials', ''],
  ['another secret', 'Bearer wrong'],
  ['another scheme', `Basic ${encodeURI(secret)}`],
  ['the scheme alone', 'Bearer'],
])('with %s nothing is done: 401', async (_, authorization) => {
  const ids = await fixture.give(letter('08:00:00', ['add:a']));
  const answer = await post('purge', everything, authorization);
  expect(answer.status).toBe(401);
  expect(await answer.json()).toEqual({ error: expect.stringContaining('secret') });
  expect(await fixture.left()).toEqual(ids);
});

test.each([
  [400, 'purge', 'not JSON'],
  [400, 'purge', { filter: {} }],
  [400, 'purge', { filter: { reason: 'member-rejected' }, dryRun: false }],
  [400, 'list', {}],
  [404, 'nonsense', {}],
  [413, 'list', 'x'.repeat(1_000_001)],
])('%d to %s of what it does not understand; nothing is done', async (status, path, body) => {
  const ids = await fixture.give(letter('08:00:00', ['add:a']));
  const answer = await post(path, body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual({ error: expect.any(String) });
  expect(await fixture.left()).toEqual(ids);
});

test('only POST is served', async () => {
  const headers = { authorization: `Bearer ${encodeURI(secret)}` };
  expect((await fetch(`${url}/dead-letters/list`, { headers })).status).toBe(405);
});

test('a wrong secret is told with what to do', async () => {
  const client = createLocalClient({ url, secret: 'wrong' });
  await expect(client.list({})).rejects.toThrow('set HMAC_SECRETS');
});

test.each([
  ['ours', new PlatformError('QUEUE_UNAVAILABLE', 'Pub/Sub is away.'), 'Pub/Sub is away.'],
  ['a bug', new Error('with a user id in it'), 'The log of the stack says more.'],
])('a failure that is %s is told in fixed words', async (_, error, text) => {
  await close();
  await serve({ ...fixture.operations, list: () => Promise.reject(error) });
  await expect(createLocalClient({ url, secret }).list({})).rejects.toThrow(new Error(text));
});

test.each(['<html>hello</html>', '{"status":"ok"}', '{"result":{"letters":1}}'])(
  'another server there, which says %j, is told as such',
  async (text) => {
    await close();
    ({ server, url } = await listenLocally((_request, response) => {
      response.end(text);
      return Promise.resolve();
    }, 0));
    const client = createLocalClient({ url, secret });
    await expect(client.list({})).rejects.toThrow('no local stack');
  },
);

test('a connection that ends before the result is told', async () => {
  await close();
  ({ server, url } = await listenLocally((_request, response) => {
    response.end('{"progress":{"done":1,"total":2}}\n');
    return Promise.resolve();
  }, 0));
  const client = createLocalClient({ url, secret });
  await expect(client.purge(everything)).rejects.toThrow('tells what is left');
});
