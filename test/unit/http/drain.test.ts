import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it } from '@jest/globals';
import { trackRequests, type Drain } from '../../../shared/http/drain.ts';
import { settlesWithin } from '../../setup/machine-time.ts';
import { serverForEachTest } from './server-for-each-test.ts';

/** Requests to /slow wait here until the test answers them. */
let waiting: ServerResponse[];
let drain: Drain;

const target = serverForEachTest((request, response) => {
  if (request.url === '/slow') waiting.push(response);
  else response.end('done');
  return Promise.resolve();
});

beforeEach(() => {
  waiting = [];
  drain = trackRequests(target.server);
});

/** Sends a request to /slow and resolves once it is under way. */
async function slowRequest() {
  const arrived = once(target.server, 'request');
  const answer = fetch(`${target.url}/slow`).then(async (response) => response.text());
  answer.catch(() => undefined);
  await arrived;
  return { answer };
}

it('a server at rest ends with nothing abandoned, and accepts no connection any more', async () => {
  const { url } = target;
  await expect(drain(2_000)).resolves.toBe(0);
  expect(target.server.listening).toBe(false);
  await expect(fetch(url)).rejects.toThrow();
});

it('an idle connection does not hold it up', async () => {
  await (await fetch(target.url)).text();
  const drained = drain(10_000);
  expect(await settlesWithin(drained, 2_000)).toBe(true);
  await expect(drained).resolves.toBe(0);
});

it('requests under way are finished, and then it ends', async () => {
  const { answer } = await slowRequest();
  const drained = drain(10_000);
  await sleep(500);
  expect(waiting).toHaveLength(1);
  waiting[0]?.end('finished');
  await expect(answer).resolves.toBe('finished');
  await expect(drained).resolves.toBe(0);
});

it('a request that arrives at the last moment is answered, and told to close', async () => {
  const before = await fetch(target.url);
  expect(before.headers.get('connection')).toBe('keep-alive');
  await before.text();
  const drained = drain(10_000);
  const during = await fetch(target.url);
  expect(during.headers.get('connection')).toBe('close');
  expect(await during.text()).toBe('done');
  await expect(drained).resolves.toBe(0);
});

it('a request already under way is answered, and told to close', async () => {
  const arrived = once(target.server, 'request');
  const answer = fetch(`${target.url}/slow`);
  await arrived;
  const drained = drain(10_000);
  // At once: after the goodbye, Node itself closes the connections of what it answers.
  waiting[0]?.end('finished');
  const response = await answer;
  expect(response.headers.get('connection')).toBe('close');
  expect(await response.text()).toBe('finished');
  await expect(drained).resolves.toBe(0);
});

it('an answer already begun is left as it is, and finished', async () => {
  const { answer } = await slowRequest();
  waiting[0]?.write('begun, ');
  const drained = drain(10_000);
  waiting[0]?.end('finished');
  await expect(answer).resolves.toBe('begun, finished');
  await expect(drained).resolves.toBe(0);
});

it('requests that take too long are cut off and counted', async () => {
  const requests = [await slowRequest(), await slowRequest()];
  const drained = drain(400);
  expect(await settlesWithin(drained, 2_000)).toBe(true);
  await expect(drained).resolves.toBe(2);
  for (const { answer } of requests) await expect(answer).rejects.toThrow();
});

it('requests whose callers hang up are not waited for', async () => {
  const hangUp = new AbortController();
  const arrived = once(target.server, 'request');
  const answer = fetch(`${target.url}/slow`, { signal: hangUp.signal });
  answer.catch(() => undefined);
  await arrived;
  hangUp.abort();
  const drained = drain(10_000);
  expect(await settlesWithin(drained, 2_000)).toBe(true);
  await expect(drained).resolves.toBe(0);
});
