import type { Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { listenLocally } from '../../../../shared/http/listen.ts';
import { runCli } from '../run-cli.ts';

let server: Server;
afterEach(() => {
  server.close();
});

/** A relay that gives these answers, one after the other, the last one for ever. */
async function serve(answers: readonly (readonly [status: number, body: string])[]) {
  let requests = 0;
  const served = await listenLocally((request, response) => {
    const [status, body] = answers[Math.min(requests, answers.length - 1)] ?? [500, ''];
    requests += 1;
    request.resume();
    response.writeHead(status, { 'Retry-After': '0' }).end(body);
    return Promise.resolve();
  }, 0);
  server = served.server;
  const add = (...args: string[]) =>
    runCli(['dmp', 'add', 'a.1', 'ann', '--url', served.url, ...args]);
  return { add, requests: () => requests };
}

const BUSY = [503, '{"error":"The relay cannot store the request now; send it again."}'] as const;
const STORED = [200, '{"accepted":1,"rejected":0}'] as const;

test('0: with --retry, what the relay cannot store now is sent again', async () => {
  const { add, requests } = await serve([BUSY, BUSY, STORED]);
  const { code, stdout } = await add('--retry', '2');
  expect([code, stdout]).toEqual([0, 'Accepted: 1 mutation in 1 request.\n']);
  expect(requests()).toBe(3);
});

test('1: not more often than was said, and never without', async () => {
  const { add, requests } = await serve([BUSY]);
  expect((await add('--retry', '2')).code).toBe(1);
  expect(requests()).toBe(3);
  const { code, stderr } = await add();
  expect(code).toBe(1);
  expect(stderr).toContain('answered 503: The relay cannot store the request now; send it again.');
  expect(stderr).toContain('--retry');
  expect(requests()).toBe(4);
});

test.each([
  ['is refused', [400, '{"error":"Mutations: no entry is valid"}'], 'answered 400: Mutations:'],
  ['goes elsewhere', [302, ''], 'give that as --url'],
  ['is answered by something else', [200, '<html>hello</html>'], 'not what a relay answers'],
] as const)('1: what %s is not sent again', async (_, answer, text) => {
  const { add, requests } = await serve([answer]);
  const { code, stderr } = await add('--retry', '5');
  expect(code).toBe(1);
  expect(stderr).toContain(text);
  expect(requests()).toBe(1);
});

test('what the relay answers reaches the terminal without control characters', async () => {
  const { add } = await serve([[400, '{"error":"\\u001b[2J gone"}']]);
  const { stderr } = await add();
  expect(stderr).not.toContain('\u001b');
  expect(stderr).toContain('[2J gone');
});
