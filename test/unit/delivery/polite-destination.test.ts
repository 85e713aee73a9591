import { describe, expect, jest, test } from '@jest/globals';
import type {
  BatchResult,
  DestinationCapabilities,
  MicroBatch,
} from '../../../shared/destinations/destination.ts';
import {
  createPoliteDestination,
  type PoliteDestination,
} from '../../../shared/delivery/polite-destination.ts';
import { describedDestination, thirdPartyForEachTest } from '../destinations/third-party-stub.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';
import { FAILED } from './batch-fixture.ts';
import { delivered, recordingDestination } from './recording-destination.ts';
import { mostWithin, timedDestination } from './timed-destination.ts';

const HOUR_MS = 60 * 60 * 1_000;
const BATCH = { operation: 'add', members: [{ segment: 's', user: 'u', operatedAt: 0 }] } as const;
const REQUEST = { title: 't', audienceId: 'a' };
const OUTCOMES = { kind: 'outcomes', outcomes: [{ status: 'delivered' }] };

fakeTimeForEachTest();

describe('A creation takes the next free call', () => {
  const orderOf = async (capabilities: Partial<DestinationCapabilities>) => {
    const { destination } = timedDestination(100, { capabilities });
    const order: string[] = [];
    const polite = createPoliteDestination({
      id: destination.id,
      capabilities: destination.capabilities,
      apply: (batch) => {
        order.push('members');
        return destination.apply(batch);
      },
      createSegment: (request) => {
        order.push('creation');
        return destination.createSegment(request);
      },
    });
    const ended: Promise<unknown>[] = Array.from({ length: 4 }, () => polite.apply(() => BATCH));
    await pass(10);
    ended.push(polite.obtainSegment(REQUEST));
    await pass(10_000, 10);
    await Promise.all(ended);
    return order;
  };

  test('before members that have waited for longer', async () => {
    expect(await orderOf({ maxConcurrentCalls: 2 })).toEqual([
      ...['members', 'members', 'creation', 'members', 'members'],
    ]);
  });

  test('also where calls wait for their rate', async () => {
    const maxCallRate = { calls: 1, perMs: 1_000 };
    expect(await orderOf({ maxConcurrentCalls: 3, maxCallRate })).toEqual([
      ...['members', 'creation', 'members', 'members', 'members'],
    ]);
  });
});

describe('the rate of calls', () => {
  test('stay below the limit in every second, members and segments together', async () => {
    const capabilities = { maxCallRate: { calls: 5, perMs: 1_000 }, maxConcurrentCalls: 100 };
    const { destination, beganAt } = timedDestination(10, { capabilities });
    const polite = createPoliteDestination(destination);
    const ended = [];
    for (let round = 0; round < 10; round += 1) {
      for (let call = 0; call < 4; call += 1) ended.push(polite.apply(() => BATCH));
      ended.push(polite.obtainSegment(REQUEST));
      await pass(330);
    }
    await pass(20_000);
    await Promise.all(ended);
    expect(beganAt).toHaveLength(60);
    expect(mostWithin(1_000, beganAt)).toBe(5);
  });

  test('stay below it across the seconds of the clock too', async () => {
    const capabilities = { maxCallRate: { calls: 5, perMs: 1_000 }, maxConcurrentCalls: 100 };
    const { destination, beganAt } = timedDestination(10, { capabilities });
    const polite = createPoliteDestination(destination);
    const ended = [polite.apply(() => BATCH)];
    await pass(900);
    for (let call = 0; call < 20; call += 1) ended.push(polite.apply(() => BATCH));
    await pass(10_000);
    await Promise.all(ended);
    expect(mostWithin(1_000, beganAt)).toBe(5);
  });

  test('also of those that waited for the call that probed after a pause', async () => {
    const capabilities = { maxCallRate: { calls: 2, perMs: 1_000 }, maxConcurrentCalls: 8 };
    let down = true;
    const apply = (batch: MicroBatch) => (down ? FAILED : delivered(batch));
    const { destination, beganAt } = timedDestination(2_700, { apply, capabilities });
    const polite = createPoliteDestination(destination, { failuresToOpen: 1 });
    void polite.apply(() => BATCH);
    await pass(10_000);
    down = false;
    const ended = Array.from({ length: 20 }, () => polite.apply(() => BATCH));
    await pass(60_000);
    expect(await Promise.all(ended)).toEqual(ended.map(() => OUTCOMES));
    expect(beganAt).toHaveLength(21);
    expect(mostWithin(1_000, beganAt)).toBeLessThanOrEqual(2);
  });

  test.each([
    [1, 250],
    [10, 60_000],
  ])('is any that is declared: %i in %i ms', async (most, perMs) => {
    const capabilities = { maxCallRate: { calls: most, perMs }, maxConcurrentCalls: 3 };
    const { destination, beganAt } = timedDestination(20, { capabilities });
    const polite = createPoliteDestination(destination);
    const ended = Array.from({ length: 4 * most }, () => polite.apply(() => BATCH));
    await pass(0);
    // All but those that began already and those that have their turn, of which the next may begin.
    expect(polite.backlogMs()).toBe(((4 * most - Math.min(3, most)) / most) * perMs);
    await pass(3 * perMs + 1_000, perMs / 10);
    await Promise.all(ended);
    expect(beganAt).toHaveLength(4 * most);
    expect(mostWithin(perMs, beganAt)).toBe(most);
  });
});

test.each([1, 3])('%i calls are under way at most, members and segments together', async (most) => {
  const destination = recordingDestination({
    capabilities: { maxConcurrentCalls: most },
    findSegment: () => undefined,
  });
  const polite = createPoliteDestination(destination);
  await Promise.all(
    Array.from({ length: 12 }, () => [
      polite.apply(() => BATCH),
      polite.obtainSegment(REQUEST),
    ]).flat(),
  );
  expect(destination.batches).toHaveLength(12);
  expect(destination.mostAtOnce()).toBe(most);
});

describe('after a pause', () => {
  /** Three calls at the end of the pause, the first of which is answered with `result` after 5 s. */
  async function probedWith(result: BatchResult) {
    let answer: BatchResult = FAILED;
    const { destination, beganAt } = timedDestination(5_000, { apply: () => answer });
    const polite = createPoliteDestination(destination, { failuresToOpen: 1 });
    void polite.apply(() => BATCH);
    await pass(10_000);
    expect(polite.paused()).toBeUndefined();
    answer = result;
    const calls = [1, 2, 3].map(() => polite.apply(() => BATCH));
    await pass(4_900);
    expect(beganAt).toHaveLength(2);
    await pass(10_000);
    return { outcomes: await Promise.all(calls), calls: beganAt.length - 1 };
  }

  test('one call probes, the others wait for it and go when it succeeds', async () => {
    const { outcomes, calls } = await probedWith(delivered({ ...BATCH }));
    expect(outcomes).toEqual([OUTCOMES, OUTCOMES, OUTCOMES]);
    expect(calls).toBe(3);
  });

  test('or go back when it fails', async () => {
    const { outcomes, calls } = await probedWith(FAILED);
    expect(outcomes).toMatchObject([FAILED, { kind: 'paused' }, { kind: 'paused' }]);
    expect(calls).toBe(1);
  });
});

describe('calls that wait for their turn', () => {
  test.each<[string, BatchResult]>([
    ['asks for a pause', { kind: 'retry', reason: 'answered 429', retryAfterMs: 60_000 }],
    ['refuses us', { kind: 'fault', reason: 'answered 401', status: 401 }],
    ['failed too often', FAILED],
  ])('do not go out any more once the third party %s', async (_, result) => {
    const capabilities = { maxConcurrentCalls: 1 };
    const destination = recordingDestination({ capabilities, apply: () => result });
    const polite = createPoliteDestination(destination, { failuresToOpen: 1 });
    const calls = [1, 2, 3].map(() => polite.apply(() => BATCH));
    const creation = expect(polite.obtainSegment(REQUEST)).rejects.toMatchObject({
      code: 'DESTINATION_PAUSED',
    });
    expect(await Promise.all(calls)).toMatchObject([
      result,
      { kind: 'paused' },
      { kind: 'paused' },
    ]);
    await creation;
    expect([destination.batches.length, destination.requests.length]).toEqual([1, 0]);
  });
});

describe('Retry-After', () => {
  const thirdParty = thirdPartyForEachTest();
  const inAnHourAndMore = () => new Date(Date.now() + 3 * HOUR_MS).toUTCString();
  const soon = () => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 20_000).toUTCString();

  /** How long nothing is called after an answer of 429 with this header; real calls, fake time. */
  async function pauseAfter(header: () => string): Promise<number> {
    jest.setSystemTime(Date.parse('2026-11-02T12:00:00Z'));
    const polite: PoliteDestination = createPoliteDestination(describedDestination(thirdParty.url));
    thirdParty.reactWith({ status: 429, headers: { 'Retry-After': header() } });
    const startedAt = Date.now();
    expect(await polite.apply(() => BATCH)).toMatchObject({
      kind: 'retry',
      reason: 'answered 429',
    });
    thirdParty.reactWith({ status: 200 });
    while (polite.paused() !== undefined) {
      expect(await polite.apply(() => BATCH)).toMatchObject({ kind: 'paused' });
      await expect(polite.obtainSegment(REQUEST)).rejects.toMatchObject({
        code: 'DESTINATION_PAUSED',
        retryable: true,
      });
      jest.setSystemTime(Date.now() + 1_000);
    }
    expect(thirdParty.calls).toHaveLength(1);
    const pauseMs = Date.now() - startedAt;
    expect(await passUntilSettled(polite.apply(() => BATCH))).toEqual(OUTCOMES);
    return pauseMs;
  }

  test.each<[string, () => string, number]>([
    ['10', () => '10', 10_000],
    ['a date in 20 s', soon, 20_000],
    ['7200', () => '7200', HOUR_MS],
    ['a date in three hours', inAnHourAndMore, HOUR_MS],
    ['3', () => '3', 0],
    ['none that can be read', () => 'soon', 0],
  ])('of %s', async (_, header, pauseMs) => {
    expect(await pauseAfter(header)).toBe(pauseMs);
  });
});
