import { describe, expect, test } from '@jest/globals';
import type { BatchResult, MicroBatch } from '../../../shared/destinations/destination.ts';
import { createBriefRetry } from '../../../shared/delivery/brief-retry.ts';
import type { DeliveryDependencies } from '../../../shared/delivery/dependencies.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';
import { FAILED } from './batch-fixture.ts';
import { add, deliveryFixture, mutationsOf, originalOf, usersUpTo } from './delivery-fixture.ts';
import { delivered, recordingDestination } from './recording-destination.ts';

fakeTimeForEachTest();

/** A delivery with the usual brief retries, to a third party that answers like this. */
async function fixtureOf(
  apply: (batch: MicroBatch) => BatchResult,
  circuit: DeliveryDependencies['circuit'] = {},
) {
  const destination = recordingDestination({ apply });
  const fixture = deliveryFixture({ destination, retryBriefly: createBriefRetry(), circuit });
  await fixture.makeReady();

  /** Delivers, and lets time pass until that has ended. */
  async function deliverNow(...users: string[]) {
    destination.batches.length = 0;
    const before = new Set(fixture.lines);
    const settled = await passUntilSettled(fixture.deliver(mutationsOf(...add(...users))));
    const line = fixture.lines.findLast(({ event }) => event === 'delivery_settled');
    if (line === undefined || before.has(line)) throw new Error('There is no summary line.');
    const { delivered, rejected, retried } = line;
    return { settled, delivered, rejected, retried };
  }
  /** Who was in each call. */
  const sent = () => destination.batches.map(({ members }) => members.map(({ user }) => user));
  return { ...fixture, deliverNow, sent };
}

const failingOver =
  (...users: string[]) =>
  (batch: MicroBatch) =>
    batch.members.some(({ user }) => users.includes(user)) ? FAILED : delivered(batch);

describe('a member the third party keeps failing over, while it takes others,', () => {
  test.each([0, 1, 500, 999])(
    'does not hold up its neighbours: all are delivered at once (number %i of 1,000)',
    async (position) => {
      const { deliverNow } = await fixtureOf(failingOver(`user-${position}`));
      const users = usersUpTo(1_000);
      expect(await deliverNow(...users)).toMatchObject({
        settled: 'nack',
        delivered: 999,
        retried: 1,
      });
    },
  );

  test('is a dead letter once it has failed in three deliveries, with its own reason', async () => {
    const { deliverNow, deadLetters } = await fixtureOf(failingOver('user-3'));
    const users = usersUpTo(10);
    for (const delivery of [1, 2]) {
      expect([delivery, await deliverNow(...users)]).toMatchObject([
        delivery,
        { settled: 'nack', delivered: 9, rejected: 0, retried: 1 },
      ]);
      expect(await deadLetters()).toEqual([]);
    }
    expect(await deliverNow(...users)).toMatchObject({
      settled: 'ack',
      delivered: 9,
      rejected: 1,
      retried: 0,
    });
    const letters = await deadLetters();
    expect(letters).toMatchObject([{ reason: 'member-failing', text: 'answered 500', members: 1 }]);
    expect(letters.map(originalOf)).toEqual([mutationsOf(...add('user-3'))]);
  });

  test('does not hold its key when another one of its message fails out of step', async () => {
    const state = { busy: false };
    const { deliverNow } = await fixtureOf((batch) => {
      const isBusy = state.busy && batch.members.some(({ user }) => user === 'user-5');
      if (isBusy) return { kind: 'retry', reason: 'answered 429' };
      return failingOver('user-3', 'user-5')(batch);
    });
    const settled = [];
    for (let delivery = 1; delivery <= 5; delivery += 1) {
      state.busy = delivery === 3;
      settled.push((await deliverNow(...usersUpTo(10))).settled);
    }
    expect(settled).toContain('ack');
  });

  test('goes alone from then on, so that its neighbours have calls that are taken', async () => {
    const { deliverNow, sent } = await fixtureOf(failingOver('user-1'));
    await deliverNow(...usersUpTo(4));
    await deliverNow(...usersUpTo(4));
    const calls = new Set(sent().map((users) => users.toSorted().join()));
    expect([...calls].toSorted()).toEqual(['user-0,user-2,user-3', 'user-1']);
  });

  test('is not the reason given for one that is refused beside it', async () => {
    const { deliverNow, deadLetters } = await fixtureOf((batch) =>
      batch.members.some(({ user }) => user === 'refused')
        ? { kind: 'refused-whole', reason: 'answered 400' }
        : failingOver('failing')(batch),
    );
    for (let delivery = 1; delivery <= 3; delivery += 1) {
      await deliverNow('a', 'refused', 'b', 'failing', 'c');
    }
    const letters = await deadLetters();
    expect(letters.map(({ reason, original }) => [reason, original]).toSorted()).toMatchObject([
      ['member-failing', expect.any(String)],
      ['member-rejected', expect.any(String)],
    ]);
    expect(
      letters.flatMap((letter) => originalOf(letter)).map((m) => 'mutations' in m && m.mutations),
    ).toEqual(expect.arrayContaining([add('failing'), add('refused')]));
  });
});

describe('a third party that answers nobody', () => {
  test.each([
    [1, 'the usual circuit', {}],
    [10, 'the usual circuit', {}],
    [1, 'a circuit that stays closed', { failuresToOpen: 1_000_000 }],
    [10, 'a circuit that stays closed', { failuresToOpen: 1_000_000 }],
  ])(
    'makes none of %i members a dead letter, however often it fails (%s)',
    async (count, _, circuit) => {
      const { deliverNow, deadLetters } = await fixtureOf(() => FAILED, circuit);
      for (let delivery = 1; delivery <= 10; delivery += 1) {
        expect(await deliverNow(...usersUpTo(count))).toMatchObject({
          settled: 'nack',
          rejected: 0,
        });
        await pass(60_000, 1_000);
      }
      expect(await deadLetters()).toEqual([]);
    },
  );
});

describe('a member that failed once by chance', () => {
  /** Fails over `unlucky` while told to. */
  async function chanceFixture() {
    const chance = { fails: true };
    const fixture = await fixtureOf((batch) =>
      chance.fails ? failingOver('unlucky')(batch) : delivered(batch),
    );
    return { chance, ...fixture };
  }

  test('is delivered when it comes again, and goes with the others from then on', async () => {
    const { chance, deliverNow, sent } = await chanceFixture();
    expect(await deliverNow('a', 'unlucky', 'b')).toMatchObject({ settled: 'nack', retried: 1 });
    chance.fails = false;
    expect(await deliverNow('a', 'unlucky', 'b')).toMatchObject({ settled: 'ack', delivered: 3 });
    await deliverNow('a', 'unlucky', 'b');
    expect(sent()).toEqual([['a', 'unlucky', 'b']]);
  });

  test('has its failures forgotten: two more do not make it a dead letter', async () => {
    const { chance, deliverNow, deadLetters } = await chanceFixture();
    for (const fails of [true, true, false, true, true]) {
      chance.fails = fails;
      expect(await deliverNow('a', 'unlucky')).toMatchObject({ settled: fails ? 'nack' : 'ack' });
    }
    expect(await deadLetters()).toEqual([]);
  });
});
