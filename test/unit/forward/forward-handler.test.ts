import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createForwardHandler } from '../../../functions/forward/handler.ts';
import type { Wake } from '../../../shared/delivery/drain.ts';
import { listenLocally } from '../../../shared/http/listen.ts';
import { createLogger } from '../../../shared/logger.ts';
import type { Delivery, Settlement } from '../../../shared/queue/queue.ts';
import { eventually } from '../../setup/eventually.ts';

const SUBSCRIPTION = 'projects/relay/subscriptions/forward';
const PUBLISHED = '2026-11-02T12:00:00.123Z';
const envelope = { messageId: '136969346945', publishTime: PUBLISHED };

let server: Server | undefined;
afterEach(async () => {
  if (server === undefined) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

async function startForward(
  deliver: (gone: AbortSignal) => Promise<Settlement>,
  maxPendingBytes = 64_000_000,
  wakeAnswer: () => Promise<number> = () => Promise.resolve(200),
) {
  const deliveries: Delivery[] = [];
  const lines: string[] = [];
  const keys: string[] = [];
  const wakes: (Wake | undefined)[] = [];
  const log = createLogger('debug', { write: (line) => lines.push(line) });
  const handler = createForwardHandler({
    host: {
      wake: (wake) => {
        wakes.push(wake);
        return wakeAnswer();
      },
      stop: () => Promise.resolve(),
    },
    push: (delivery, key, gone) => {
      deliveries.push(delivery);
      keys.push(key);
      return deliver(gone);
    },
    wakeSubscription: 'forward-wake',
    log,
    maxPendingBytes,
  });
  const listening = await listenLocally(handler, 0);
  server = listening.server;
  const push = (body: unknown) =>
    fetch(listening.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { url: listening.url, push, deliveries, keys, wakes, lines };
}

const WAKE = 'projects/relay/subscriptions/forward-wake';

const acknowledging = () => Promise.resolve('ack' as const);
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a push of the wake subscription', () => {
  const withAnswer = (answer: () => Promise<number>) => startForward(acknowledging, 1_000, answer);
  const wakeOf = (message: object) => ({ message, subscription: WAKE });

  test.each([
    ['with an ordering key', { ...envelope, orderingKey: 'a.1' }, 'a.1'],
    [
      'with the key as an attribute, as emulators push it',
      { ...envelope, attributes: { orderingKey: 'a.2' } },
      'a.2',
    ],
    ['with both', { ...envelope, orderingKey: 'a.1', attributes: { orderingKey: 'a.2' } }, 'a.1'],
    ['without a key', envelope, envelope.messageId],
  ])('%s tells the host its message and key, and delivers nothing', async (_, message, key) => {
    const { push, wakes, deliveries } = await startForward(acknowledging);
    expect((await push(wakeOf(message))).status).toBe(200);
    expect(wakes).toEqual([{ messageId: envelope.messageId, key }]);
    expect(deliveries).toEqual([]);
  });

  test.each([200, 204, 503])('is answered %i, as the host says, without a body', async (status) => {
    const { push } = await withAnswer(() => Promise.resolve(status));
    const answer = await push(wakeOf(envelope));
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe('');
  });

  test('is not answered before the host answers, and holds no memory meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { push, wakes } = await withAnswer(() => promise);
    let answered = 0;
    const data = base64('x'.repeat(900));
    const held = [1, 2, 3].map(() =>
      push(wakeOf({ ...envelope, data })).finally(() => (answered += 1)),
    );
    await eventually(() => {
      expect(wakes).toHaveLength(3);
    });
    expect(answered).toBe(0);
    resolve(204);
    for (const one of held) expect((await one).status).toBe(204);
  });

  test('may carry the largest message of Pub/Sub', async () => {
    const { push, wakes } = await startForward(acknowledging);
    const data = Buffer.alloc(10_000_000).toString('base64');
    expect((await push(wakeOf({ ...envelope, data }))).status).toBe(200);
    expect(wakes).toHaveLength(1);
  });

  test('a host that fails is answered 503, and logged', async () => {
    const { push, lines } = await withAnswer(() => Promise.reject(new Error('user-1 broke it')));
    expect((await push(wakeOf(envelope))).status).toBe(503);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { severity: 'ERROR', event: 'handler_failed' },
    ]);
    expect(lines.join('')).not.toContain('user-1');
  });
});

test('an empty body is a sweep', async () => {
  const { push, wakes, deliveries, lines } = await startForward(acknowledging);
  expect((await push('')).status).toBe(200);
  expect(wakes).toEqual([undefined]);
  expect(deliveries).toEqual([]);
  expect(lines).toEqual([]);
});

describe('An upgrade in flight loses nothing', () => {
  test.each([
    ['of the control subscription', 'projects/relay/subscriptions/forward-control'],
    ['of a subscription that is still pushed', 'projects/relay/subscriptions/forward'],
    ['of a subscription that is not named', undefined],
  ])('a push %s is delivered, and is no wake', async (_, subscription) => {
    const { push, wakes, deliveries, keys } = await startForward(acknowledging);
    const message = { ...envelope, orderingKey: 'mutate:a.1:0' };
    expect((await push({ message, subscription })).status).toBe(200);
    expect(deliveries).toHaveLength(1);
    expect(keys).toEqual(['mutate:a.1:0']);
    expect(wakes).toEqual([]);
  });
});

describe('a push of Pub/Sub', () => {
  test('becomes a delivery, with all that forward needs of it', async () => {
    const { push, deliveries } = await startForward(acknowledging);
    const message = {
      ...envelope,
      message_id: envelope.messageId,
      publish_time: PUBLISHED,
      data: base64('{"version":1} ä€😀'),
      attributes: { requestId: 'r-1', kind: 'mutations' },
      orderingKey: 'a.1',
    };
    await push({ message, subscription: SUBSCRIPTION, deliveryAttempt: 7 });
    expect(deliveries).toEqual([
      {
        messageId: '136969346945',
        data: Buffer.from('{"version":1} ä€😀'),
        attributes: { requestId: 'r-1', kind: 'mutations' },
        publishTime: new Date(PUBLISHED),
        deliveryAttempt: 7,
      },
    ]);
  });

  test('may lack data, attributes and the attempt', async () => {
    const { push, deliveries } = await startForward(acknowledging);
    expect((await push({ message: envelope, subscription: SUBSCRIPTION })).status).toBe(200);
    expect(deliveries).toMatchObject([{ data: Buffer.alloc(0), attributes: {} }]);
    expect(deliveries[0]?.deliveryAttempt).toBeUndefined();
  });

  test.each([
    ['ack', 200],
    ['nack', 503],
  ] as const)('%s is answered %i, without a body', async (settlement, status) => {
    const { push } = await startForward(() => Promise.resolve(settlement));
    const answer = await push({ message: envelope });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe('');
  });

  test.each([new Error('user-1 broke it'), undefined, null])(
    'is never acknowledged when its delivery rejects with %p',
    async (reason) => {
      const { push, lines } = await startForward(() => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the framework would answer 204
        return Promise.reject(reason);
      });
      expect((await push({ message: envelope })).status).toBe(503);
      expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
        { severity: 'ERROR', event: 'handler_failed' },
      ]);
      expect(lines.join('')).not.toContain('user-1');
    },
  );
});

describe('what is no push of Pub/Sub', () => {
  test.each([
    'not json user-1',
    '"user-1"',
    'null',
    {},
    { message: { data: '' } },
    { message: { ...envelope, data: 'user-1 is no base64!' } },
    { message: { ...envelope, publishTime: 'user-1' } },
    { message: { ...envelope, attributes: { requestId: 1 } } },
    { message: envelope, deliveryAttempt: 'user-1' },
  ])('%j is answered 400 and not delivered', async (body) => {
    const { push, deliveries, lines } = await startForward(acknowledging);
    const answer = await push(body);
    expect(answer.status).toBe(400);
    expect(deliveries).toEqual([]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { severity: 'ERROR', event: 'push_refused', errorCode: 'MESSAGE_UNDECODABLE' },
    ]);
    expect(lines.join('') + (await answer.text())).not.toContain('user-1');
  });

  test('GET is answered 405, logged, and wakes nobody', async () => {
    const { url, wakes, lines } = await startForward(acknowledging);
    expect((await fetch(url)).status).toBe(405);
    expect(wakes).toEqual([]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'push_refused', errorCode: 'METHOD_NOT_ALLOWED' },
    ]);
  });
});

describe('the size of a push', () => {
  const pushOf = (bytes: number) => ({ message: { ...envelope, data: base64('x'.repeat(bytes)) } });

  test('may be that of the largest message of Pub/Sub', async () => {
    const { push, deliveries } = await startForward(acknowledging);
    expect((await push(pushOf(10_000_000))).status).toBe(200);
    expect(deliveries[0]?.data).toHaveLength(10_000_000);
  });

  test('beyond it is not delivered, and not acknowledged', async () => {
    const { push, deliveries, lines } = await startForward(acknowledging);
    const { status } = await push(pushOf(12_000_000));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(deliveries).toEqual([]);
    expect(lines.join('')).toContain('BODY_TOO_LARGE');
  });
});

describe('what forward holds in memory is bounded', () => {
  const pushOf = (bytes: number) => ({
    message: { ...envelope, data: base64('user-1'.repeat(bytes / 6)) },
  });

  test('beyond MAX_PENDING_BYTES a push goes back to the queue, until another is settled', async () => {
    const settle: ((settlement: Settlement) => void)[] = [];
    const { push, deliveries, lines } = await startForward(
      () => new Promise((resolve) => settle.push(resolve)),
      10_000,
    );
    const first = push(pushOf(6_000));
    await eventually(() => {
      expect(deliveries).toHaveLength(1);
    });
    expect((await push(pushOf(6_000))).status).toBe(503);
    expect(deliveries).toHaveLength(1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { severity: 'WARNING', event: 'push_turned_away', errorCode: 'OVERLOADED' },
    ]);
    expect(lines.join('')).not.toContain('user-1');

    settle[0]?.('ack');
    expect((await first).status).toBe(200);
    const again = push(pushOf(6_000));
    await eventually(() => {
      expect(deliveries).toHaveLength(2);
    });
    settle[1]?.('nack');
    expect((await again).status).toBe(503);
    expect(lines).toHaveLength(1);
  });

  test('a push larger than MAX_PENDING_BYTES is delivered when it is alone', async () => {
    const { push } = await startForward(acknowledging, 1_000);
    expect((await push(pushOf(6_000))).status).toBe(200);
    expect((await push(pushOf(6_000))).status).toBe(200);
  });

  test.each([
    ['a push that is none', 'x'.repeat(6_000), acknowledging],
    ['a delivery that rejects', pushOf(6_000), () => Promise.reject(new Error('failed'))],
  ])('%s leaves nothing behind', async (_, body, deliver) => {
    let works = false;
    const { push } = await startForward(() => (works ? acknowledging() : deliver()), 10_000);
    expect((await push(body)).status).toBeGreaterThanOrEqual(400);
    works = true;
    expect((await push(pushOf(6_000))).status).toBe(200);
  });
});

test('a push that Pub/Sub gives up on tells its delivery', async () => {
  const told = new Promise<string>((resolve) => {
    void startForward(
      (gone) =>
        new Promise((settle) => {
          gone.addEventListener('abort', () => {
            resolve('told');
            settle('nack');
          });
        }),
    ).then(({ url }) =>
      fetch(url, {
        method: 'POST',
        body: JSON.stringify({ message: envelope }),
        signal: AbortSignal.timeout(50),
      }).catch(() => undefined),
    );
  });
  expect(await told).toBe('told');
});
