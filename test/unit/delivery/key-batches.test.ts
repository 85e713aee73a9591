import { describe, expect, test } from '@jest/globals';
import type { Message } from '../../../shared/audience/message.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import type { BatchResult, MicroBatch } from '../../../shared/destinations/destination.ts';
import type { Hold } from '../../../shared/delivery/key-batch.ts';
import type { Delivery } from '../../../shared/queue/queue.ts';
import { FAILED } from './batch-fixture.ts';
import {
  add,
  AUDIENCE,
  createOf,
  deliveryFixture,
  deliveryOf,
  mutationsOf,
  originalOf,
  remove,
  RETRY_WINDOW_MS,
  usersUpTo,
} from './delivery-fixture.ts';
import { delivered, recordingDestination } from './recording-destination.ts';

const NOON = Date.parse('2026-11-02T12:00:00Z');

/** A hold that lets a batch be looked at so many times. */
function holdFor(looks = 1): Hold {
  let left = looks;
  return {
    mayCall: () => true,
    isLost: () => false,
    lookAgain: () => Promise.resolve((left -= 1) > 0),
  };
}

interface Sent {
  readonly id?: string;
  /** Milliseconds before noon at which it was published. */
  readonly before?: number;
  /** Milliseconds before noon at which a replay's operations were first published. */
  readonly replayOf?: number;
  readonly destination?: string;
}

let ids = 0;

function sent(message: Message, { id, before = 0, replayOf, destination }: Sent = {}): Delivery {
  const operatedAt = replayOf === undefined ? undefined : NOON - replayOf;
  const delivery = deliveryOf(message, new Date(NOON - before), operatedAt);
  const attributes = { ...delivery.attributes, ...(destination && { destination }) };
  return { ...delivery, attributes, messageId: id ?? `m-${(ids += 1)}` };
}

const UNDECODABLE: Delivery = {
  ...deliveryOf(mutationsOf(...add('a')), new Date(NOON)),
  data: Buffer.from('{'),
  messageId: 'undecodable',
};

async function setUp(apply?: (batch: MicroBatch) => BatchResult) {
  const destination = recordingDestination(apply && { apply });
  const fixture = deliveryFixture({ destination });
  await fixture.makeReady();
  const calls = () =>
    destination.batches.map(({ operation, members }) => [
      operation,
      ...members.map(({ user }) => user),
    ]);
  return { ...fixture, destination, calls };
}

describe('a key batch', () => {
  test('ten requests that wait go in full calls', async () => {
    const { deliverBatch, destination } = await setUp();
    const users = usersUpTo(1_000);
    const messages = Array.from({ length: 10 }, (_, at) =>
      sent(mutationsOf(...add(...users.slice(at * 100, at * 100 + 100)))),
    );
    expect(await deliverBatch(messages, holdFor())).toMatchObject({
      settled: 10,
      counts: { delivered: 1_000 },
    });
    expect(destination.batches.map(({ members }) => members.length)).toEqual([1_000]);
  });

  test('the newest operation of a user by its time wins, whatever the order', async () => {
    const { deliverBatch, calls } = await setUp();
    const messages = [
      sent(mutationsOf(...remove('a')), { before: 10 }),
      sent(mutationsOf(...add('a')), { before: 20 }),
    ];
    expect(await deliverBatch(messages, holdFor())).toMatchObject({ settled: 2 });
    expect(calls()).toEqual([['remove', 'a']]);
  });

  test('of operations of one time the later one wins', async () => {
    const { deliverBatch, calls } = await setUp();
    const messages = [sent(mutationsOf(...add('a'))), sent(mutationsOf(...remove('a')))];
    await deliverBatch(messages, holdFor());
    expect(calls()).toEqual([['remove', 'a']]);
  });

  test('a second copy of a message does not undo what came in between', async () => {
    const { deliverBatch, calls } = await setUp();
    const messages = [
      sent(mutationsOf(...add('a')), { id: 'twice' }),
      sent(mutationsOf(...remove('a'))),
      sent(mutationsOf(...add('a')), { id: 'twice' }),
    ];
    expect(await deliverBatch(messages, holdFor())).toMatchObject({ settled: 3 });
    expect(calls()).toEqual([['remove', 'a']]);
  });

  test('each member keeps the time of its own message', async () => {
    const { deliverBatch, destination } = await setUp();
    const messages = [
      sent(mutationsOf(...add('a')), { before: 20 }),
      sent(mutationsOf(...add('b')), { before: 10 }),
    ];
    await deliverBatch(messages, holdFor());
    expect(destination.batches.flatMap(({ members }) => members)).toMatchObject([
      { user: 'a', operatedAt: NOON - 20 },
      { user: 'b', operatedAt: NOON - 10 },
    ]);
  });

  test('messages addressed to another destination are done with, and nobody is called', async () => {
    const { deliverBatch, calls } = await setUp();
    const messages = [
      sent(mutationsOf(...add('a'))),
      sent(mutationsOf(...add('theirs')), { destination: 'another', replayOf: 10 }),
      sent(mutationsOf(...add('b'))),
    ];
    expect(await deliverBatch(messages, holdFor())).toMatchObject({ settled: 3 });
    expect(calls()).toEqual([['add', 'a', 'b']]);
  });

  test('refused members are a dead letter per message, with the time of its operations', async () => {
    const refuse = ({ members }: MicroBatch): BatchResult => ({
      kind: 'outcomes',
      outcomes: members.map(() => ({ status: 'rejected', reason: 'unknown user' })),
    });
    const { deliverBatch, deadLetters } = await setUp(refuse);
    const messages = [
      sent(mutationsOf(...add('a', 'b')), { before: 20 }),
      sent(mutationsOf(...add('c')), { before: 10 }),
    ];
    expect(await deliverBatch(messages, holdFor())).toMatchObject({ settled: 2 });
    const letters = await deadLetters();
    expect(letters).toMatchObject([
      { reason: 'member-rejected', members: 2, publishedAt: new Date(NOON - 20).toISOString() },
      { reason: 'member-rejected', members: 1, publishedAt: new Date(NOON - 10).toISOString() },
    ]);
    expect(letters.map((letter) => originalOf(letter))).toMatchObject([
      { mutations: add('a', 'b') },
      { mutations: add('c') },
    ]);
  });

  test('two creations of an audience call the platform once', async () => {
    const destination = recordingDestination();
    const { deliverBatch } = deliveryFixture({ destination });
    const messages = [sent(createOf('r-1')), sent(createOf('r-2'))];
    expect(await deliverBatch(messages, holdFor())).toMatchObject({ settled: 2 });
    expect(destination.requests).toHaveLength(1);
  });
});

describe('replays in a key batch', () => {
  test.each([
    ['before', (replay: Delivery, newer: Delivery) => [replay, newer]],
    ['behind', (replay: Delivery, newer: Delivery) => [newer, replay]],
  ])('one that stands %s a newer operation of its user is skipped', async (_, order) => {
    const { deliverBatch, calls } = await setUp();
    const replay = sent(mutationsOf(...add('a', 'b')), { replayOf: 1_000 });
    const newer = sent(mutationsOf(...remove('a')), { before: 500 });
    const messages = order(replay, newer);
    expect(await deliverBatch(messages, holdFor())).toMatchObject({ settled: 2 });
    expect(calls().toSorted()).toEqual([
      ['add', 'b'],
      ['remove', 'a'],
    ]);
  });

  test('one that is newer than an operation before it is delivered behind it', async () => {
    const { deliverBatch, calls } = await setUp();
    const older = sent(mutationsOf(...remove('a')), { before: 1_000 });
    const replay = sent(mutationsOf(...add('a')), { replayOf: 500 });
    await deliverBatch([older, replay], holdFor());
    expect(calls()).toEqual([
      ['remove', 'a'],
      ['add', 'a'],
    ]);
  });
});

describe('messages of a key batch that cannot be delivered', () => {
  test('leave from its head while the rest waits, and are one dead letter each', async () => {
    const { deliverBatch, deadLetters } = await setUp(() => FAILED);
    const messages = [UNDECODABLE, sent(mutationsOf(...add('a')))];
    const result = await deliverBatch(messages, holdFor());
    expect(result).toMatchObject({
      settled: 1,
      wait: {},
      counts: { rejected: 1, retried: 0 },
      leftCounts: { rejected: 0, retried: 1 },
    });
    await deliverBatch(messages.slice(result.settled), holdFor());
    expect(await deadLetters()).toMatchObject([{ reason: 'message-undecodable' }]);
  });

  test('wait behind messages that wait', async () => {
    const { deliverBatch, deadLetters } = await setUp(() => FAILED);
    const messages = [sent(mutationsOf(...add('a'))), UNDECODABLE];
    expect(await deliverBatch(messages, holdFor())).toMatchObject({ settled: 0 });
    expect(await deadLetters()).toEqual([]);
  });

  test('are dead letters beyond the retry window, and the others are delivered', async () => {
    const { deliverBatch, calls, deadLetters } = await setUp();
    const old = { before: RETRY_WINDOW_MS + 1 };
    const messages = [
      sent(mutationsOf(...add('old')), old),
      sent(mutationsOf(...add('older')), old),
      sent(mutationsOf(...add('new'))),
    ];
    expect(await deliverBatch(messages, holdFor())).toMatchObject({ settled: 3 });
    expect(calls()).toEqual([['add', 'new']]);
    const expired = { reason: 'retry-window-ended', members: 1 };
    expect(await deadLetters()).toMatchObject([expired, expired]);
  });

  test('are not even decoded once they were in hand at three crashes', async () => {
    const destination = recordingDestination();
    const decode = () => {
      throw new Error('It crashes the process.');
    };
    const { deliverBatch, deadLetters } = deliveryFixture({ destination, decode });
    const messages = [sent(mutationsOf(...add('a')))];
    expect(await deliverBatch(messages, holdFor(), true)).toMatchObject({ settled: 1 });
    expect(await deadLetters()).toMatchObject([{ reason: 'process-crashed', members: 1 }]);
  });
});

test('an error of ours is logged with the audience, and what was done before it counts', async () => {
  const deadMembers = {
    ...createEmbeddedDeadMembers(),
    find: () => Promise.reject(new Error('14 UNAVAILABLE')),
  };
  const { deliverBatch, makeReady, lines } = deliveryFixture({ deadMembers });
  await makeReady();
  const messages = [UNDECODABLE, sent(mutationsOf(...add('a')))];
  expect(await deliverBatch(messages, holdFor())).toMatchObject({
    settled: 1,
    counts: { rejected: 1 },
    wait: { reason: 'it failed unexpectedly' },
    hasFailed: true,
  });
  expect(lines.at(-1)).toMatchObject({ event: 'delivery_failed', audience: AUDIENCE });
});

describe('while members of a key batch wait', () => {
  test('only those without an outcome go again, with one that was delivered', async () => {
    let isDown = true;
    const { deliverBatch, calls } = await setUp((batch) => {
      const outcomes = batch.members.map(({ user }) =>
        isDown && user === 'c'
          ? ({ status: 'retry', reason: 'later' } as const)
          : ({ status: 'delivered' } as const),
      );
      return { kind: 'outcomes', outcomes };
    });
    const hold = { ...holdFor(), lookAgain: () => Promise.resolve(!(isDown = false)) };
    const messages = [sent(mutationsOf(...add('a', 'b', 'c')))];
    expect(await deliverBatch(messages, hold)).toMatchObject({ settled: 1 });
    expect(calls()).toEqual([
      ['add', 'a', 'b', 'c'],
      ['add', 'a', 'c'],
    ]);
  });

  test('one that the platform fails over is a dead letter, and the batch is done with', async () => {
    const failOver = (batch: MicroBatch) =>
      batch.members.some(({ user }) => user === 'poison') ? FAILED : delivered(batch);
    const { deliverBatch, deadLetters } = await setUp(failOver);
    const messages = [sent(mutationsOf(...add('a', 'poison', 'b')))];
    expect(await deliverBatch(messages, holdFor(4))).toMatchObject({
      settled: 1,
      counts: { delivered: 2, rejected: 1 },
    });
    expect(await deadLetters()).toMatchObject([{ reason: 'member-failing', members: 1 }]);
  });

  test('nothing is recorded once the lease has ended', async () => {
    const refuse = ({ members }: MicroBatch): BatchResult => ({
      kind: 'outcomes',
      outcomes: members.map(() => ({ status: 'rejected', reason: 'unknown user' })),
    });
    const { deliverBatch, deadLetters, deadMembers } = await setUp(refuse);
    const hold = { ...holdFor(), isLost: () => true };
    const messages = [sent(mutationsOf(...add('a')))];
    expect(await deliverBatch(messages, hold)).toMatchObject({ settled: 0 });
    expect(await deadLetters()).toEqual([]);
    expect((await deadMembers.find(AUDIENCE)).members.size).toBe(0);
  });
});
