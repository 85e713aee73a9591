import { expect, test } from '@jest/globals';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import { createKeyBatchDelivery } from '../../../shared/delivery/deliver-key-batch.ts';
import { createDelivery } from '../../../shared/delivery/delivery.ts';
import { createDueCreations } from '../../../shared/delivery/due-creations.ts';
import { decodeDeadLetter } from '../../../shared/dead-letters/dead-letter.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import { DestinationError } from '../../../shared/errors.ts';
import { createLogger } from '../../../shared/logger.ts';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import { AUDIENCE, createOf, deliveryOf, RETRY_WINDOW_MS } from './delivery-fixture.ts';
import { fakeTimeForEachTest, pass } from './fake-time.ts';
import { recordingDestination } from './recording-destination.ts';

fakeTimeForEachTest();

const gone = new AbortController().signal;
const CREATION = createOf('r-1');

/** A platform that is away until it is back, and a creation that was pushed meanwhile. */
function setUp() {
  const platform = { isBack: false, tries: 0 };
  const destination = recordingDestination({
    createSegment: () => {
      platform.tries += 1;
      if (platform.isBack) return { segment: '12345', created: true };
      throw new DestinationError('DESTINATION_UNAVAILABLE', 'away', { retryable: true });
    },
  });
  const audienceMap = createEmbeddedAudienceMap();
  const deadLetterQueue = createEmbeddedQueue();
  const deadLetters: string[] = [];
  deadLetterQueue.subscribe(({ data }) => {
    const { reason, audience = '', publishedAt } = decodeDeadLetter(data);
    deadLetters.push(`${reason} ${audience} ${publishedAt}`);
  });
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => lines.push(line) });
  const postponed: Date[] = [];
  const deliver = createKeyBatchDelivery({
    destination,
    audienceMap,
    deadLetters: deadLetterQueue,
    deadMembers: createEmbeddedDeadMembers(),
    memberId: 'external_user_id',
    unknownAudience: 'wait',
    retryWindowMs: RETRY_WINDOW_MS,
    leaseMs: 30_000,
    retryBriefly: (call) => call(),
    circuit: { failuresToOpen: 1_000 },
    onCreationPostponed: (dueAt) => postponed.push(dueAt),
    log,
  });
  const creations = createDueCreations({ audienceMap, deliver: createDelivery(deliver), log });
  const askedAt = new Date();
  const push = () => createDelivery(deliver)(deliveryOf(CREATION, askedAt), gone);
  const state = async () => (await audienceMap.find(AUDIENCE))?.state;
  return { platform, creations, push, state, deadLetters, postponed, askedAt, lines, audienceMap };
}

test('a creation that comes to nothing is acknowledged, and tried again when its time has come', async () => {
  const { platform, creations, push, state } = setUp();
  expect(await push()).toBe('ack');
  expect(await state()).toBe('creating');
  await creations.deliver();
  expect(platform.tries).toBe(1);

  await pass(1_100);
  await creations.deliver();
  expect(platform.tries).toBe(2);
  platform.isBack = true;
  await pass(1_100);
  await creations.deliver();
  expect([platform.tries, await state()]).toEqual([3, 'ready']);
  await pass(60_000, 1_000);
  await creations.deliver();
  expect(platform.tries).toBe(3);
});

test('it is tried less and less often, once a minute in the end', async () => {
  const { creations, push, postponed } = setUp();
  await push();
  for (let second = 0; second < 400; second += 1) {
    await pass(1_000, 1_000);
    await creations.deliver();
  }
  const pauses = postponed
    .slice(1)
    .map((at, index) => at.getTime() - (postponed[index]?.getTime() ?? 0));
  expect(pauses[0]).toBeLessThan(3_000);
  const growing = pauses.filter((ms) => ms < 60_000);
  expect(growing.toSorted((a, b) => a - b)).toEqual(growing);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(61_000);
  expect(postponed.length).toBeLessThan(20);
});

test('one that is as old as the retry window becomes a dead letter, once, and the audience fails', async () => {
  const { creations, push, state, deadLetters, askedAt } = setUp();
  await push();
  await pass(RETRY_WINDOW_MS + 1_000, 60_000);
  for (let time = 0; time < 3; time += 1) await creations.deliver();
  expect(deadLetters).toEqual([`retry-window-ended ${AUDIENCE} ${askedAt.toISOString()}`]);
  expect(await state()).toBe('failed');
});

test('a process that stays awake tries it by itself', async () => {
  const { platform, creations, push, postponed } = setUp();
  await push();
  creations.wakeAt(postponed[0] ?? new Date());
  platform.isBack = true;
  await pass(1_500);
  expect(platform.tries).toBe(2);
});

test('after stop nothing is tried', async () => {
  const { platform, creations, push, postponed } = setUp();
  await push();
  creations.wakeAt(postponed[0] ?? new Date());
  await creations.stop();
  await pass(5_000);
  await creations.deliver();
  expect(platform.tries).toBe(1);
});

test('a map that cannot be read is logged, and the next look tries again', async () => {
  const { lines, audienceMap } = setUp();
  let isDown = true;
  const delivered: string[] = [];
  const creations = createDueCreations({
    audienceMap: {
      due: (limit) => (isDown ? Promise.reject(new Error('user-1')) : audienceMap.due(limit)),
    },
    deliver: ({ attributes }) => {
      delivered.push(attributes['audience'] ?? '');
      return Promise.resolve('ack');
    },
    log: createLogger('info', { write: (line) => lines.push(line) }),
  });
  const { audience, requestId } = CREATION;
  await audienceMap.postpone({ audience, requestId, askedAt: new Date() }, new Date());
  await creations.deliver();
  expect(lines.join('')).toContain('audience_map_unreadable');
  expect(lines.join('')).not.toContain('user-1');
  isDown = false;
  await creations.deliver();
  expect(delivered).toEqual([AUDIENCE]);
});
