import { describe, expect, test } from '@jest/globals';
import type { DeadMembers } from '../../../shared/dead-letters/dead-members.ts';
import { digestOf } from '../../../shared/dead-letters/digest-of.ts';
import { overtaken } from '../../../shared/dead-letters/overtaken.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import type { MessageMutation } from '../../../shared/audience/message.ts';
import {
  add,
  AUDIENCE,
  deliveryFixture,
  deliveryOf,
  mutationsOf,
  remove,
  RETRY_WINDOW_MS,
  SEGMENT,
} from './delivery-fixture.ts';
import { delivered, recordingDestination } from './recording-destination.ts';

const MINUTE_MS = 60_000;

/** A delivery to a third party that refuses `state.refused`, by name. */
async function fixtureOf(...refused: string[]) {
  const state = { refused };
  const destination = recordingDestination({
    apply: (batch) => {
      const all = delivered(batch);
      if (all.kind !== 'outcomes') return all;
      return {
        kind: 'outcomes',
        outcomes: all.outcomes.map((outcome, index) =>
          state.refused.includes(batch.members[index]?.user ?? '')
            ? { status: 'rejected', reason: 'unknown user' }
            : outcome,
        ),
      };
    },
  });
  const fixture = deliveryFixture({ destination });
  await fixture.makeReady();
  const { clock, deadMembers, deliver } = fixture;

  return {
    ...fixture,
    destination,
    state,
    /** Delivers mutations published now, and then lets a minute pass. */
    deliverNow: async (...mutations: MessageMutation[]) => {
      const settled = await deliver(mutationsOf(...mutations));
      clock.time += MINUTE_MS;
      return settled;
    },
    /** Delivers mutations as a replay of what was first published at `operatedAt`. */
    replay: (operatedAt: number, ...mutations: MessageMutation[]) => {
      destination.batches.length = 0;
      return deliver(deliveryOf(mutationsOf(...mutations), new Date(clock.time), operatedAt));
    },
    /** What is known of a user who was given up on. */
    known: async (user: string) =>
      (await deadMembers.find(AUDIENCE)).members.get(digestOf(AUDIENCE, user)),
    sent: () =>
      destination.batches.flatMap(({ operation, members }) =>
        members.map(({ user }) => `${operation} ${user}`),
      ),
  };
}

describe('a member that is given up on', () => {
  test('is taken note of, with the time of its operation, and its neighbours are not', async () => {
    const { clock, deliverNow, known } = await fixtureOf('bad');
    const { time } = clock;
    expect(await deliverNow(...add('good', 'bad'))).toBe('ack');
    expect(await known('bad')).toEqual({ diedAt: time });
    expect(await known('good')).toBeUndefined();
  });

  test('is marked by a newer operation that is delivered', async () => {
    const { clock, deliverNow, known, state } = await fixtureOf('anna');
    const { time } = clock;
    await deliverNow(...add('anna'));
    state.refused = [];
    await deliverNow(...remove('anna', 'ben'));
    expect(await known('anna')).toEqual({ diedAt: time, deliveredAt: time + MINUTE_MS });
    expect(await known('ben')).toBeUndefined();
  });

  test('is known by the audience also when the message names the segment', async () => {
    const { clock, deliver, known } = await fixtureOf('bad');
    await deliver({ ...mutationsOf(...add('bad')), audience: SEGMENT });
    expect(await known('bad')).toEqual({ diedAt: clock.time });
  });
});

describe('a replay', () => {
  test('skips what a newer operation has overtaken, and counts it', async () => {
    const { clock, deliverNow, replay, state, sent, lines, deadLetters } = await fixtureOf('anna');
    const { time } = clock;
    await deliverNow(...add('anna'));
    state.refused = [];
    await deliverNow(...remove('anna'));
    expect(await replay(time, ...add('anna', 'ben'))).toBe('ack');
    expect(sent()).toEqual(['add ben']);
    expect(lines.at(-1)).toMatchObject({ delivered: 1, skipped: 1, rejected: 0 });
    expect(await deadLetters()).toHaveLength(1);
  });

  test('delivers what nothing has overtaken, and takes note of it', async () => {
    const { clock, deliverNow, replay, state, sent, known } = await fixtureOf('anna', 'ben');
    const { time } = clock;
    await deliverNow(...add('anna', 'ben'));
    state.refused = [];
    expect(await replay(time, ...add('anna'))).toBe('ack');
    expect(sent()).toEqual(['add anna']);
    expect(await known('anna')).toEqual({ diedAt: time, deliveredAt: time });
    expect(await known('ben')).toEqual({ diedAt: time });
  });

  test('of an older dead letter is overtaken by the replay of a newer one', async () => {
    const { clock, deliverNow, replay, state, sent } = await fixtureOf('anna');
    const { time: older } = clock;
    await deliverNow(...add('anna'));
    const { time: newer } = clock;
    await deliverNow(...remove('anna'));
    state.refused = [];
    await replay(newer, ...remove('anna'));
    expect(sent()).toEqual(['remove anna']);
    await replay(older, ...add('anna'));
    expect(sent()).toEqual([]);
  });

  test('of an operation that died later than another was delivered is delivered', async () => {
    const { clock, deliverNow, replay, state, sent } = await fixtureOf('anna');
    await deliverNow(...add('anna'));
    state.refused = [];
    await deliverNow(...remove('anna'));
    state.refused = ['anna'];
    const { time } = clock;
    await deliverNow(...add('anna'));
    state.refused = [];
    expect(await replay(time, ...add('anna'))).toBe('ack');
    expect(sent()).toEqual(['add anna']);
  });

  test('that is refused again keeps the time of its operation, in dead letter and record', async () => {
    const { clock, deliverNow, replay, known, deadLetters } = await fixtureOf('anna');
    const { time } = clock;
    await deliverNow(...add('anna'));
    clock.time += 7 * MINUTE_MS;
    expect(await replay(time, ...add('anna'))).toBe('ack');
    expect(await known('anna')).toEqual({ diedAt: time });
    const letters = await deadLetters();
    const publishedAt = new Date(time).toISOString();
    expect(letters).toMatchObject([
      { publishedAt, deadAt: publishedAt },
      { publishedAt, deadAt: new Date(time + 8 * MINUTE_MS).toISOString() },
    ]);
  });

  test('is itself as young as its publishing: the retry window begins anew', async () => {
    const { clock, replay, sent } = await fixtureOf();
    expect(await replay(clock.time - 10 * RETRY_WINDOW_MS, ...add('anna'))).toBe('ack');
    expect(sent()).toEqual(['add anna']);
  });

  test('never marks another operation as overtaken', async () => {
    const { clock, deliverNow, replay, state, known } = await fixtureOf('anna');
    const { time } = clock;
    await deliverNow(...add('anna'));
    state.refused = [];
    expect(await replay(time - MINUTE_MS, ...remove('anna'))).toBe('ack');
    expect(await known('anna')).toEqual({ diedAt: time });
  });
});

describe('what an operation newer than the replay delivers', () => {
  test('is not undone by it, whatever order of operations and outcomes led there', async () => {
    const { clock, deliverNow, replay, state, sent } = await fixtureOf('anna');
    const { time: first } = clock;
    await deliverNow(...remove('anna'));
    const { time: second } = clock;
    await deliverNow(...remove('anna'));
    state.refused = [];
    await deliverNow(...add('anna'));
    for (const operatedAt of [first, second]) {
      await replay(operatedAt, ...remove('anna'));
      expect(sent()).toEqual([]);
    }
  });
});

describe('a message beyond the retry window', () => {
  async function expired() {
    const fixture = await fixtureOf();
    const { time } = fixture.clock;
    const delivery = deliveryOf(mutationsOf(...add('anna', 'ben')), new Date(time));
    fixture.clock.time += RETRY_WINDOW_MS + 1;
    expect(await fixture.deliver(delivery)).toBe('ack');
    return { ...fixture, time };
  }

  test('is taken note of as of an unknown crowd, with its time', async () => {
    const { deadMembers, time } = await expired();
    const { members, others } = await deadMembers.find(AUDIENCE);
    expect([members.size, others]).toEqual([0, { diedAt: time }]);
  });

  test('is marked by newer operations that are delivered: they may have overtaken it', async () => {
    const { deadMembers, deliverNow, time, clock } = await expired();
    const { time: newer } = clock;
    await deliverNow(...remove('anna'));
    const dead = await deadMembers.find(AUDIENCE);
    expect(dead.others).toEqual({ diedAt: time, deliveredAt: newer });
    expect(overtaken(dead, digestOf(AUDIENCE, 'anna'), time)).toBe('unknown');
  });

  test('is replayed whole: who may have been overtaken is for the operator to decide', async () => {
    const { replay, sent, time } = await expired();
    expect(await replay(time, ...add('anna', 'ben'))).toBe('ack');
    expect(sent()).toEqual(['add anna', 'add ben']);
  });

  test('keeps the time of its operation when it is a replay that came to nothing', async () => {
    const { clock, deliver, deadLetters, deadMembers } = await fixtureOf();
    const { time } = clock;
    const replayed = deliveryOf(mutationsOf(...add('anna')), new Date(time), time - MINUTE_MS);
    clock.time += RETRY_WINDOW_MS + 1;
    expect(await deliver(replayed)).toBe('ack');
    const publishedAt = new Date(time - MINUTE_MS).toISOString();
    expect(await deadLetters()).toMatchObject([{ reason: 'retry-window-ended', publishedAt }]);
    expect((await deadMembers.find(AUDIENCE)).others).toEqual({ diedAt: time - MINUTE_MS });
  });
});

describe('when the record of dead members fails', () => {
  const failing = (method: keyof DeadMembers): DeadMembers => ({
    ...createEmbeddedDeadMembers(),
    [method]: () => Promise.reject(new Error('14 UNAVAILABLE')),
  });
  const refuseBad = recordingDestination({
    apply: ({ members }) => ({
      kind: 'outcomes',
      outcomes: members.map(({ user }) =>
        user === 'bad' ? { status: 'rejected', reason: 'x' } : { status: 'delivered' },
      ),
    }),
  });

  test('to be read, nothing is sent and the message comes again', async () => {
    const destination = recordingDestination();
    const fixture = deliveryFixture({ destination, deadMembers: failing('find') });
    await fixture.makeReady();
    expect(await fixture.deliver(mutationsOf(...add('a')))).toBe('nack');
    expect(destination.batches).toEqual([]);
    expect(fixture.lines).toMatchObject([{ event: 'delivery_failed' }]);
  });

  test('to be written, the message comes again, and its dead letter with it', async () => {
    const deadMembers = failing('recordDead');
    const fixture = deliveryFixture({ destination: refuseBad, deadMembers });
    await fixture.makeReady();
    expect(await fixture.deliver(mutationsOf(...add('bad')))).toBe('nack');
    expect(await fixture.deadLetters()).toEqual([]);
    const old = deliveryOf(mutationsOf(...add('a')), new Date(fixture.clock.time));
    fixture.clock.time += RETRY_WINDOW_MS + 1;
    expect(await fixture.deliver(old)).toBe('nack');
  });
});
