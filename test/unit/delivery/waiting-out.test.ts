import { describe, expect, jest, test } from '@jest/globals';
import { createBriefRetry } from '../../../shared/delivery/brief-retry.ts';
import type { BatchResult, MicroBatch } from '../../../shared/destinations/destination.ts';
import { FAILED } from './batch-fixture.ts';
import { add, createOf, deliveryFixture, mutationsOf, usersUpTo } from './delivery-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';
import { delivered, recordingDestination } from './recording-destination.ts';

const MINUTE_MS = 60_000;
const capabilities = {
  maxMembersPerCall: 1,
  failurePausesMs: [5_000, 10_000, 20_000, 40_000, 15 * MINUTE_MS],
};
/** As from the network: nothing points to a member. */
const NO_ANSWER: BatchResult = { kind: 'retry', reason: 'no answer in time' };
const LEFT_ALONE = 'the third party failed, and is to be left alone then';

fakeTimeForEachTest();

/** A third party that wants pauses after failures, and answers as `state.apply` says. */
async function fixtureOf(apply: (batch: MicroBatch) => BatchResult, gone?: AbortSignal) {
  const state = { apply };
  const beganAt: number[] = [];
  const destination = recordingDestination({
    capabilities,
    apply: (batch) => {
      beganAt.push(Date.now());
      return state.apply(batch);
    },
  });
  const retryBriefly = createBriefRetry();
  const fixture = deliveryFixture({ destination, retryBriefly, ...(gone && { gone }) });
  await fixture.makeReady();
  const taken = () => new Set(destination.batches.flatMap((batch) => batch.members.map(userOf)));
  return { ...fixture, destination, state, beganAt, taken };
}

const userOf = ({ user }: { readonly user: string }) => user;

describe('a delivery', () => {
  test('of many single calls comes to its end although one in a hundred fails', async () => {
    let calls = 0;
    const { deliver, lines, taken } = await fixtureOf((batch) => {
      calls += 1;
      return calls % 100 === 50 ? NO_ANSWER : delivered(batch);
    });
    const users = usersUpTo(500);
    const startedAt = Date.now();
    expect(await passUntilSettled(deliver(mutationsOf(...add(...users))))).toBe('ack');
    expect(calls).toBe(505);
    expect(taken()).toEqual(new Set(users));
    expect(lines.at(-1)).toMatchObject({ event: 'delivery_settled', delivered: 500, retried: 0 });
    // Five failures, none of them after another.
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(25_000);
    expect(Date.now() - startedAt).toBeLessThan(30_000);
  });

  test('waits out 5, 10, 20 and 40 s, one probe each, and goes back at the long pause', async () => {
    const { deliver, beganAt, lines } = await fixtureOf(() => FAILED);
    const startedAt = Date.now();
    const settled = deliver(mutationsOf(...add('a')));
    expect(await passUntilSettled(settled)).toBe('nack');
    // Others would have the first 100 ms after each pause.
    expect(beganAt.map((at) => at - startedAt)).toEqual([0, 5_100, 15_200, 35_300, 75_400]);
    expect(lines.at(-1)).toMatchObject({ retried: 1 });
  });

  test('of many members probes with one of them only', async () => {
    const { deliver, beganAt } = await fixtureOf(() => NO_ANSWER);
    const startedAt = Date.now();
    await passUntilSettled(deliver(mutationsOf(...add(...usersUpTo(100)))));
    // Four calls may be under way at once, and the three that did not probe do so next.
    const expected = [0, 0, 0, 0, 5_100, 15_100, 35_100, 75_100];
    expect(beganAt.map((at) => at - startedAt)).toEqual(expected);
  });

  test('goes on as soon as the third party is back, also one that came during the pause', async () => {
    const { deliver, state, beganAt } = await fixtureOf(() => NO_ANSWER);
    const startedAt = Date.now();
    const first = deliver(mutationsOf(...add('a')));
    await pass(1_000);
    state.apply = delivered;
    const second = deliver(mutationsOf(...add('b')));
    await pass(3_900);
    expect(beganAt).toHaveLength(1);
    expect(await passUntilSettled(Promise.all([first, second]))).toEqual(['ack', 'ack']);
    expect(Date.now() - startedAt).toBeLessThan(5_200);
    expect(beganAt).toHaveLength(3);
  });

  test('goes back at once in a long pause: nothing is called', async () => {
    const { deliver, destination, lines } = await fixtureOf(() => NO_ANSWER);
    await passUntilSettled(deliver(mutationsOf(...add('a'))));
    destination.batches.length = 0;
    await pass(14 * MINUTE_MS, MINUTE_MS);
    expect(await deliver(mutationsOf(...add('b')))).toBe('nack');
    expect(destination.batches).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ retryReason: LEFT_ALONE });
  });

  test('that the queue waits for no more ends, and calls nobody after', async () => {
    const gone = new AbortController();
    const { deliver, beganAt } = await fixtureOf(() => NO_ANSWER, gone.signal);
    const settled = deliver(mutationsOf(...add('a')));
    await pass(6_000);
    expect(beganAt).toHaveLength(2);
    gone.abort();
    await pass(500);
    expect(await settled).toBe('nack');
    await pass(20_000);
    expect(beganAt).toHaveLength(2);
  });

  test('that creates a segment waits in the audience map: its lease is shorter', async () => {
    const { deliver, destination, lines, audienceMap } = await fixtureOf(() => NO_ANSWER);
    void deliver(mutationsOf(...add('a')));
    await pass(1_000);
    expect(await deliver(createOf('r-1', { id: 'a.2', name: 'Other' }))).toBe('waits');
    expect(destination.requests).toEqual([]);
    expect(await audienceMap.find('a.2')).toMatchObject({ state: 'creating' });
    expect(lines.at(-1)).toMatchObject({ retryReason: LEFT_ALONE });
  });
});

describe('a member the third party keeps failing over, while it takes others,', () => {
  const failingOver = (poison: string) => (batch: MicroBatch) =>
    batch.members.some(({ user }) => user === poison) ? FAILED : delivered(batch);

  test('is a dead letter in the third delivery; its neighbours are taken in the first', async () => {
    const { deliver, deadLetters, lines } = await fixtureOf(failingOver('bad'));
    const message = mutationsOf(...add('bad', 'a', 'b', 'c'));
    for (const delivery of [1, 2, 3]) {
      const settled = deliver(message);
      // Others come and go, and are answered.
      for (let other = 1; other <= 20; other += 1) {
        void deliver(mutationsOf(...add(`other-${delivery}-${other}`)));
        await pass(2_000);
      }
      expect([delivery, await passUntilSettled(settled)]).toEqual([
        delivery,
        delivery === 3 ? 'ack' : 'nack',
      ]);
    }
    expect(lines.find(({ settled }) => settled === 'nack')).toMatchObject({
      delivered: 3,
      retried: 1,
    });
    expect(await deadLetters()).toMatchObject([{ reason: 'member-failing', members: 1 }]);
  });

  test('is found among many of a call', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const destination = recordingDestination({
      capabilities: { ...capabilities, maxMembersPerCall: 100 },
      apply: failingOver('user-5'),
    });
    const retryBriefly = createBriefRetry();
    const { deliver, makeReady, lines } = deliveryFixture({ destination, retryBriefly });
    await makeReady();
    const settled = deliver(mutationsOf(...add(...usersUpTo(8))));
    for (let other = 1; other <= 60; other += 1) {
      void deliver(mutationsOf(...add(`other-${other}`)));
      await pass(2_000);
    }
    expect(await passUntilSettled(settled)).toBe('nack');
    expect(lines.filter((line) => line['settled'] === 'nack')).toMatchObject([
      { delivered: 7, retried: 1 },
    ]);
  });
});
