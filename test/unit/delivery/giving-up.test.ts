import { describe, expect, test } from '@jest/globals';
import type { RejectedEntriesMessage } from '../../../shared/audience/message.ts';
import type { Delivery, Publisher } from '../../../shared/queue/queue.ts';
import {
  add,
  AUDIENCE,
  createOf,
  deliveryFixture,
  deliveryOf,
  LEASE_MS,
  mutationsOf,
  originalOf,
  remove,
  RETRY_WINDOW_MS,
} from './delivery-fixture.ts';
import { recordingDestination, refusing } from './recording-destination.ts';

const NOT_OURS = ['', 'not json', '{"version":3,"kind":"mutations"}', '{"version":1,"kind":"odd"}'];
const INVALID: RejectedEntriesMessage = {
  kind: 'rejected-entries',
  entries: [
    { reason: 'Audience: is empty', operation: 'add', entry: '{"Uuid":"u-1"}' },
    { reason: 'Audience: is empty', operation: 'add', entry: '7' },
    { reason: 'entry: must be an object', operation: 'remove', entry: 'null' },
  ],
};

function raw(data: string, publishTime: Date): Delivery {
  return { data: Buffer.from(data), attributes: {}, messageId: 'm-1', publishTime };
}

describe('the retry window', () => {
  test('a message beyond it is a dead letter, acknowledged, and nothing is sent', async () => {
    const destination = recordingDestination();
    const { clock, deliver, deadLetters, makeReady } = deliveryFixture({ destination });
    await makeReady();
    const message = mutationsOf(...add('user-1', 'user-2'));
    const delivery = deliveryOf(message, new Date(clock.time));
    clock.time += RETRY_WINDOW_MS + 1;

    expect(await deliver(delivery)).toBe('ack');
    const [letter, ...more] = await deadLetters();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      version: 1,
      reason: 'retry-window-ended',
      destination: 'recorder',
      audience: AUDIENCE,
      members: 2,
      requestId: 'r-1',
      messageId: 'm-1',
      publishedAt: delivery.publishTime.toISOString(),
      deadAt: new Date(clock.time).toISOString(),
    });
    expect(letter && originalOf(letter)).toEqual(message);
    expect(destination.batches).toEqual([]);
  });

  test('a creation beyond it that was begun is failed, and the log names the audience', async () => {
    const { audienceMap, clock, deliver, lines } = deliveryFixture();
    const creation = createOf();
    const delivery = deliveryOf(creation, new Date(clock.time));
    const { audience } = creation;
    await audienceMap.claim({ audience, requestId: 'crashed', leaseMs: LEASE_MS });
    clock.time += RETRY_WINDOW_MS + 1;

    expect(await deliver(delivery)).toBe('ack');
    expect(await audienceMap.find(AUDIENCE)).toMatchObject({ state: 'failed' });
    const failed = { severity: 'WARNING', event: 'audience_failed', destination: 'recorder' };
    expect(lines).toContainEqual(
      expect.objectContaining({ ...failed, audience: AUDIENCE, reason: 'retry-window-ended' }),
    );
  });

  test('a creation beyond it that another delivery has settled stays as it is', async () => {
    const { audienceMap, clock, deliver, lines, makeReady } = deliveryFixture();
    await makeReady();
    const delivery = deliveryOf(createOf(), new Date(clock.time));
    clock.time += RETRY_WINDOW_MS + 1;
    expect(await deliver(delivery)).toBe('ack');
    expect(await audienceMap.find(AUDIENCE)).toMatchObject({ state: 'ready' });
    expect(lines.map(({ event }) => event)).not.toContain('audience_failed');
  });

  test('at its last moment a message is still delivered', async () => {
    const { clock, deliver, deadLetters, makeReady } = deliveryFixture();
    await makeReady();
    const delivery = deliveryOf(mutationsOf(...add('user-1')), new Date(clock.time));
    clock.time += RETRY_WINDOW_MS;
    expect(await deliver(delivery)).toBe('ack');
    expect(await deadLetters()).toEqual([]);
  });

  test.each(NOT_OURS)('is looked at before the message: %j', async (data) => {
    const { clock, deliver, deadLetters } = deliveryFixture();
    const delivery = raw(data, new Date(clock.time - RETRY_WINDOW_MS - 1));
    expect(await deliver(delivery)).toBe('ack');
    expect(await deadLetters()).toMatchObject([{ reason: 'retry-window-ended' }]);
  });
});

describe('what redelivery cannot help is a dead letter at once', () => {
  test.each(NOT_OURS)('a message that is not ours: %j', async (data) => {
    const { clock, deliver, deadLetters, lines } = deliveryFixture();
    expect(await deliver(raw(data, new Date(clock.time)))).toBe('ack');
    const letters = await deadLetters();
    expect(letters).toMatchObject([{ reason: 'message-undecodable' }]);
    expect(letters.map(({ original }) => Buffer.from(original, 'base64').toString())).toEqual([
      data,
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({ severity: 'ERROR', event: 'dead_letter_published' }),
    );
  });

  test('entries that intake set aside, with each reason once', async () => {
    const { deliver, deadLetters } = deliveryFixture();
    expect(await deliver(INVALID)).toBe('ack');
    const [letter] = await deadLetters();
    expect(letter).toMatchObject({
      reason: 'entry-invalid',
      text: 'Audience: is empty; entry: must be an object',
      members: 3,
    });
    expect(letter && originalOf(letter)).toEqual(INVALID);
  });

  test('but when the dead letter cannot be stored, the message comes again', async () => {
    const deadLetters: Publisher = {
      publish: () => Promise.reject(new Error('user-1 could not be stored')),
      close: () => Promise.resolve(),
    };
    const { clock, deliver, lines } = deliveryFixture({ deadLetters });
    expect(await deliver(INVALID)).toBe('nack');
    expect(await deliver(raw('not json', new Date(clock.time)))).toBe('nack');
    const old = new Date(clock.time - RETRY_WINDOW_MS - 1);
    expect(await deliver(deliveryOf(mutationsOf(...add('user-1')), old))).toBe('nack');
    const failed = { severity: 'ERROR', event: 'delivery_failed' };
    expect(lines).toMatchObject([failed, failed, failed]);
    expect(JSON.stringify(lines)).not.toContain('user-1');
  });

  test('a foreign message too large for a dead letter is cut, and says so', async () => {
    const { deliver, deadLetters, clock } = deliveryFixture();
    const delivery = {
      ...deliveryOf(mutationsOf(...add('user-1')), new Date(clock.time)),
      data: Buffer.alloc(9_900_000, 'x'),
      attributes: { members: 'many' },
    };
    expect(await deliver(delivery)).toBe('ack');
    const [letter] = await deadLetters();
    expect(letter).toMatchObject({ reason: 'message-undecodable', truncated: true, members: 0 });
    expect(JSON.stringify(letter).length).toBeLessThan(10_000_000);
  });
});

test('rejected members are dead letters of version 2, one per operation of an older message that mixes them', async () => {
  const destination = recordingDestination({ apply: refusing('bad-1', 'bad-2', 'bad-3') });
  const { deliver, deadLetters, makeReady } = deliveryFixture({ destination });
  await makeReady();
  const mixed = [...add('bad-1', 'good'), ...remove('bad-2'), ...add('bad-3')];
  expect(await deliver(mutationsOf(...mixed))).toBe('ack');
  const letters = await deadLetters();
  expect(letters.map((letter) => originalOf(letter))).toEqual([
    mutationsOf(...add('bad-1', 'bad-3')),
    mutationsOf(...remove('bad-2')),
  ]);
  for (const { original } of letters) {
    expect(Buffer.from(original, 'base64').toString('utf8')).toMatch(/^\{"version":2,/);
  }
});
