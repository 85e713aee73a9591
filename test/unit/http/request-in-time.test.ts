import { Agent } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { requestInTime, type TimelyRequest } from '../../../shared/http/request-in-time.ts';
import { answer, scriptedServer } from '../google/scripted-server.ts';

const server = scriptedServer();
const agents: Agent[] = [];
afterEach(() => {
  for (const agent of agents.splice(0)) agent.destroy();
});

function request(options: Partial<TimelyRequest> = {}): TimelyRequest {
  const agent = options.agent ?? new Agent({ keepAlive: true });
  agents.push(agent);
  return {
    url: new URL('/v1/a?b=c', server.url),
    method: 'POST',
    headers: { 'X-Name': 'value' },
    body: '{"user":"ä"}',
    agent,
    signal: AbortSignal.timeout(60_000),
    until: Date.now() + 60_000,
    ...options,
  };
}

/** Holds up everything in this process, as a freeze does. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('A frozen process sends nothing after its time', () => {
  test('a request whose connection is ready too late is not sent', async () => {
    const sending = requestInTime(request({ until: Date.now() + 50 }));
    freeze(100);
    await expect(sending).rejects.toMatchObject({ name: 'TimeoutError' });
    await requestInTime(request({ body: 'next' }));
    expect(server.received.map(({ body }) => body)).toEqual(['next']);
  });

  test('nor over a connection that was kept', async () => {
    const agent = new Agent({ keepAlive: true });
    await text(await requestInTime(request({ agent, body: 'first' })));
    const late = requestInTime(request({ agent, until: Date.now() - 1 }));
    await expect(late).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(server.received.map(({ body }) => body)).toEqual(['first']);
    expect(server.connections).toBe(1);
  });
});

test('a request goes as it is, over a connection that is kept', async () => {
  const agent = new Agent({ keepAlive: true });
  server.replyWith(answer(201, { done: true }));
  for (const method of ['POST', 'DELETE']) {
    const answered = await requestInTime(request({ agent, method }));
    expect(answered.statusCode).toBe(201);
    expect(await text(answered)).toBe('{"done":true}');
  }
  const sent = {
    path: '/v1/a?b=c',
    headers: { 'x-name': 'value', 'content-length': '13' },
    body: '{"user":"ä"}',
  };
  expect(server.received).toMatchObject([
    { ...sent, method: 'POST' },
    { ...sent, method: 'DELETE' },
  ]);
  expect(server.connections).toBe(1);
});

test.each([
  ['POST', '0'],
  ['GET', undefined],
])('a %s without a body has the length %s', async (method, length) => {
  await requestInTime(request({ method, body: undefined }));
  expect(server.received[0]?.headers['content-length']).toBe(length);
});
