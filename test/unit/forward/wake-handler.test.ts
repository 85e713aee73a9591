import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createWakeHandler } from '../../../functions/forward/wake-handler.ts';
import type { Wake } from '../../../shared/delivery/drain.ts';
import { listenLocally } from '../../../shared/http/listen.ts';
import { createLogger } from '../../../shared/logger.ts';

const envelope = { messageId: '136969346945', publishTime: '2026-11-02T12:00:00.123Z' };

let server: Server | undefined;
afterEach(async () => {
  if (server === undefined) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

async function setUp(answer: () => Promise<number> = () => Promise.resolve(200)) {
  const wakes: (Wake | undefined)[] = [];
  const lines: string[] = [];
  const host = {
    wake: (wake?: Wake) => {
      wakes.push(wake);
      return answer();
    },
    stop: () => Promise.resolve(),
  };
  const log = createLogger('debug', { write: (line) => lines.push(line) });
  const listening = await listenLocally(
    createWakeHandler(host, { log, maxPendingBytes: 1_000 }),
    0,
  );
  server = listening.server;
  const post = (body?: unknown) =>
    fetch(listening.url, {
      method: 'POST',
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const events = () => lines.map((line) => JSON.parse(line) as unknown);
  return { url: listening.url, post, wakes, lines, events };
}

describe('a push', () => {
  test.each([
    ['with an ordering key', { ...envelope, orderingKey: 'a.1' }, 'a.1'],
    [
      'with the key as an attribute, as emulators push it',
      { ...envelope, attributes: { orderingKey: 'a.2' } },
      'a.2',
    ],
    ['with both', { ...envelope, orderingKey: 'a.1', attributes: { orderingKey: 'a.2' } }, 'a.1'],
    ['without a key', envelope, envelope.messageId],
  ])('%s is a wake for its message and key', async (_, message, key) => {
    const { post, wakes } = await setUp();
    expect((await post({ message, subscription: 'projects/p/subscriptions/s' })).status).toBe(200);
    expect(wakes).toEqual([{ messageId: envelope.messageId, key }]);
  });

  test.each([200, 204, 503])('is answered %i, as the host says, without a body', async (status) => {
    const { post } = await setUp(() => Promise.resolve(status));
    const answer = await post({ message: envelope });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe('');
  });

  test('is not answered before the host answers', async () => {
    let end: (status: number) => void = () => undefined;
    const { post, wakes } = await setUp(
      () =>
        new Promise((resolve) => {
          end = resolve;
        }),
    );
    let isAnswered = false;
    const pushed = post({ message: envelope }).finally(() => (isAnswered = true));
    while (wakes.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isAnswered).toBe(false);
    end(204);
    expect((await pushed).status).toBe(204);
  });

  test('may carry the largest message of Pub/Sub', async () => {
    const data = Buffer.alloc(10_000_000).toString('base64');
    const { post, wakes } = await setUp();
    expect((await post({ message: { ...envelope, data } })).status).toBe(200);
    expect(wakes).toHaveLength(1);
  });
});

test('an empty body is a sweep', async () => {
  const { post, wakes, lines } = await setUp();
  expect((await post()).status).toBe(200);
  expect((await post('')).status).toBe(200);
  expect(wakes).toEqual([undefined, undefined]);
  expect(lines).toEqual([]);
});

describe('what is not a push', () => {
  test.each([
    'not json user-1',
    '"user-1"',
    'null',
    {},
    { message: { data: '' } },
    { message: { ...envelope, publishTime: 'user-1' } },
    { message: { ...envelope, attributes: { orderingKey: 1 } } },
  ])('%j is answered 400, logged, and wakes nobody', async (body) => {
    const { post, wakes, lines, events } = await setUp();
    expect((await post(body)).status).toBe(400);
    expect(wakes).toEqual([]);
    expect(events()).toMatchObject([
      { severity: 'ERROR', event: 'push_refused', errorCode: 'MESSAGE_UNDECODABLE' },
    ]);
    expect(lines.join('')).not.toContain('user-1');
  });

  test('a GET is answered 405, logged, and wakes nobody', async () => {
    const { url, wakes, events } = await setUp();
    expect((await fetch(url)).status).toBe(405);
    expect(wakes).toEqual([]);
    expect(events()).toMatchObject([{ event: 'push_refused', errorCode: 'METHOD_NOT_ALLOWED' }]);
  });

  test('a body beyond 15 MB is answered 413 and wakes nobody', async () => {
    const { post, wakes } = await setUp();
    expect((await post('x'.repeat(15_000_001))).status).toBe(413);
    expect(wakes).toEqual([]);
  });
});

test('a host that fails is answered 500, and logged', async () => {
  const { post, lines, events } = await setUp(() => Promise.reject(new Error('user-1 broke it')));
  expect((await post({ message: envelope })).status).toBe(500);
  expect(events()).toMatchObject([{ severity: 'ERROR', event: 'handler_failed' }]);
  expect(lines.join('')).not.toContain('user-1');
});
