import { afterEach, describe, expect, test } from '@jest/globals';
import { createPubSubPublisher } from '../../../shared/queue/pubsub-queue.ts';
import type { OutgoingMessage, Publisher } from '../../../shared/queue/queue.ts';
import { eventually } from '../../setup/eventually.ts';
import { settlesWithin } from '../../setup/machine-time.ts';
import {
  answer,
  googleError,
  heldBack,
  reset,
  scriptedServer,
  type Received,
  type Reply,
} from '../google/scripted-server.ts';

const server = scriptedServer();
const publishers: Publisher[] = [];
afterEach(async () => {
  await Promise.all(publishers.splice(0).map((publisher) => publisher.close()));
});

function publisher(timeoutMs = 5_000, lingerMs = 10_000): Publisher {
  const created = createPubSubPublisher({
    lingerMs,
    projectId: 'relay',
    topic: 'mutations',
    timeoutMs,
    emulatorHost: new URL(server.url).host,
    credentials: () => Promise.reject(new TypeError('An emulator asks nobody.')),
  });
  publishers.push(created);
  return created;
}

const message = (text: string, orderingKey?: string): OutgoingMessage => ({
  data: Buffer.from(text),
  attributes: {},
  ...(orderingKey === undefined ? {} : { orderingKey }),
});
const large = (bytes: number) => message('x'.repeat(bytes), 'a.1');

/** What a call carried, message by message. */
const textsIn = ({ body }: Received) =>
  (JSON.parse(body) as { messages: { data: string }[] }).messages.map(({ data }) =>
    Buffer.from(data, 'base64').toString(),
  );
const calls = () => server.received.map(textsIn);

/** Gives each message an id that tells whose it is. */
const acknowledge: Reply = (response, request) => {
  answer(200, { messageIds: textsIn(request).map((text) => `id of ${text}`) })(response, request);
};
const denied = googleError(403, 'PERMISSION_DENIED');
const FAILED = { name: 'PlatformError', code: 'QUEUE_UNAVAILABLE', retryable: true };

/** Publishes a first message, whose call is held back, and those behind it. */
async function publishBehindHeld(
  first: Reply,
  behind: readonly OutgoingMessage[],
  created = publisher(),
) {
  const held = heldBack(first);
  server.replyWith(held.reply, acknowledge);
  const publish = (one: OutgoingMessage) => created.publish(one);
  const head = publish(message('first', 'a.1'));
  await eventually(() => {
    expect(server.received).toHaveLength(1);
  });
  const rest = behind.map(publish);
  return { publish, held, head, rest };
}

describe('a message', () => {
  test('goes as Pub/Sub documents it, to the topic', async () => {
    server.replyWith(acknowledge);
    const data = Buffer.from('around text around').subarray(7, 11);
    const attributes = { requestId: 'r-1' };
    const created = publisher();
    expect(await created.publish({ data, attributes, orderingKey: 'a.1' })).toBe('id of text');
    expect(await created.publish({ data, attributes })).toBe('id of text');
    const asSent = { data: Buffer.from('text').toString('base64'), attributes };
    expect(server.received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      // The attribute is for emulators, whose pushes leave the key out.
      {
        messages: [
          { ...asSent, attributes: { ...attributes, orderingKey: 'a.1' }, orderingKey: 'a.1' },
        ],
      },
      { messages: [asSent] },
    ]);
    const to = { method: 'POST', path: '/v1/projects/relay/topics/mutations:publish' };
    expect(server.received).toMatchObject([to, to]);
  });

  test.each([
    ['is refused', denied, 'PERMISSION_DENIED'],
    ['is answered without an id for it', answer(200, { messageIds: [] }), undefined],
    ['is answered otherwise', answer(200, {}), undefined],
    ['gets no answer', reset, 'ECONNRESET'],
  ])('that %s is not stored, and the error tells by which code', async (_, reply, code) => {
    server.replyWith(reply);
    const published = publisher(1_000).publish(message('first', 'a.1'));
    const cause = code === undefined ? {} : { cause: { code } };
    await expect(published).rejects.toMatchObject({ ...FAILED, ...cause });
  });
});

describe('messages of one turn of the event loop', () => {
  test('go in one call for each key, in their order', async () => {
    server.replyWith(acknowledge);
    const created = publisher();
    const published = ['m-1', 'm-2'].map((text) => created.publish(message(text, 'a.1')));
    await Promise.resolve();
    published.push(
      created.publish(message('m-3', 'a.1')),
      created.publish(message('other', 'a.2')),
    );
    expect(await Promise.all(published)).toEqual([
      'id of m-1',
      'id of m-2',
      'id of m-3',
      'id of other',
    ]);
    expect(calls().toSorted()).toEqual([['m-1', 'm-2', 'm-3'], ['other']]);
  });

  test('go in as few calls as their bytes allow, one after the other', async () => {
    server.replyWith(acknowledge);
    const created = publisher(30_000);
    await Promise.all(
      [2, 2, 2, 2, 2].map((megabytes) => created.publish(large(megabytes * 1_000_000))),
    );
    expect(calls().map(({ length }) => length)).toEqual([3, 2]);
  });
});

test('a busy key is to be spaced: a pull hands out few of its messages', () => {
  expect(publisher().spacing).toEqual({ minMs: 200, maxMs: 400 });
});

describe('while a call of an ordering key is under way', () => {
  test('the next messages of the key gather, and go in one call, in their order', async () => {
    const numbers = Array.from({ length: 9 }, (_, index) => `message ${index}`);
    const behind = numbers.map((text) => message(text, 'a.1'));
    const { held, head, rest } = await publishBehindHeld(acknowledge, behind);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(calls()).toEqual([['first']]);

    held.release();
    expect(await head).toBe('id of first');
    expect(await Promise.all(rest)).toEqual(numbers.map((text) => `id of ${text}`));
    expect(calls()).toEqual([['first'], numbers]);
  });

  test('other keys, and messages without one, do not wait for it', async () => {
    const behind = [message('other', 'a.2'), message('free'), message('free too')];
    const { held, head, rest } = await publishBehindHeld(acknowledge, behind);
    expect(await Promise.all(rest)).toEqual(['id of other', 'id of free', 'id of free too']);
    expect(server.received).toHaveLength(4);
    held.release();
    await head;
  });

  test('at most 1,000 messages gather into a call', async () => {
    const behind = Array.from({ length: 2_500 }, (_, index) => message(`${index}`, 'a.1'));
    const { held, rest } = await publishBehindHeld(acknowledge, behind);
    held.release();
    await Promise.all(rest);
    expect(calls().map(({ length }) => length)).toEqual([1, 1_000, 1_000, 500]);
    expect(calls().flat().slice(1)).toEqual(behind.map((_, index) => `${index}`));
  });

  test('at most 6 MB gather into a call; a larger message goes alone', async () => {
    const behind = [3, 3, 3, 7, 2, 2, 2].map((megabytes) => large(megabytes * 1_000_000));
    // Long enough for a busy machine.
    const unhurried = publisher(30_000);
    const { held, rest } = await publishBehindHeld(acknowledge, behind, unhurried);
    held.release();
    await Promise.all(rest);
    expect(calls().map(({ length }) => length)).toEqual([1, 2, 1, 1, 3]);
    for (const { body } of server.received) expect(body.length).toBeLessThan(10_000_000);
  });
});

describe('a call that fails', () => {
  test('rejects its own messages alone: those behind it go on', async () => {
    const behind = [message('second', 'a.1'), message('third', 'a.1')];
    const { held, head, rest } = await publishBehindHeld(denied, behind);
    held.release();
    await expect(head).rejects.toMatchObject(FAILED);
    expect(await Promise.all(rest)).toEqual(['id of second', 'id of third']);
    expect(calls()).toEqual([['first'], ['second', 'third']]);
  });

  test('rejects all its messages, and the next of the key is published', async () => {
    const behind = [message('second', 'a.1'), message('third', 'a.1')];
    const { publish, held, rest } = await publishBehindHeld(acknowledge, behind);
    server.replyWith(acknowledge, denied, acknowledge);
    held.release();
    for (const one of rest) await expect(one).rejects.toMatchObject(FAILED);
    expect(await publish(message('fourth', 'a.1'))).toBe('id of fourth');
  });
});

describe('a call that takes too long', () => {
  test('its message is given up in time; the next of its key go once it has ended, in their order', async () => {
    const { held, head, publish } = await publishBehindHeld(acknowledge, [], publisher(1_000));
    await expect(head).rejects.toMatchObject(FAILED);
    const next = [publish(message('second', 'a.1')), publish(message('third', 'a.1'))];
    await publish(message('other', 'a.2'));
    expect(calls()).toEqual([['first'], ['other']]);

    held.release();
    expect(await Promise.all(next)).toEqual(['id of second', 'id of third']);
    expect(calls()).toEqual([['first'], ['other'], ['second', 'third']]);
  });

  test('what waits behind it is given up in time as well, and not sent later', async () => {
    const { held, head, publish } = await publishBehindHeld(acknowledge, [], publisher(200));
    await expect(head).rejects.toMatchObject(FAILED);
    await expect(publish(message('second', 'a.1'))).rejects.toMatchObject(FAILED);
    held.release();
    const third = () => publish(message('third', 'a.1'));
    await eventually(async () => {
      expect(await third()).toBe('id of third');
    });
    expect(calls().flat()).not.toContain('second');
  });

  test('its key waits no longer than it may linger', async () => {
    const created = publisher(200, 200);
    const { head, publish } = await publishBehindHeld(acknowledge, [], created);
    await expect(head).rejects.toMatchObject(FAILED);
    await eventually(async () => {
      expect(await publish(message('second', 'a.1'))).toBe('id of second');
    });
  });

  test('it is not tried again once its message was given up', async () => {
    const created = publisher(300);
    const { held, head, publish } = await publishBehindHeld(
      googleError(503, 'UNAVAILABLE'),
      [],
      created,
    );
    await expect(head).rejects.toMatchObject(FAILED);
    held.release();
    await eventually(async () => {
      expect(await publish(message('second', 'a.1'))).toBe('id of second');
    });
    expect(
      calls()
        .flat()
        .filter((text) => text === 'first'),
    ).toHaveLength(1);
  });
});

describe('close', () => {
  test('waits for what is under way and for what has gathered', async () => {
    const behind = [message('second', 'a.1')];
    const { held, head, rest } = await publishBehindHeld(acknowledge, behind);
    const [closing] = publishers.map((one) => one.close());
    let isClosed = false;
    void closing?.then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);

    held.release();
    expect(await Promise.all([head, ...rest])).toEqual(['id of first', 'id of second']);
    await closing;
    const ending = eventually(async () => {
      expect(await server.openConnections()).toBe(0);
    });
    expect(await settlesWithin(ending, 1_000)).toBe(true);
  });

  test('takes no message any more', async () => {
    const created = publisher();
    await created.close();
    await expect(created.publish(message('late', 'a.1'))).rejects.toMatchObject(FAILED);
    expect(server.received).toEqual([]);
  });
});
