import { expect, test } from '@jest/globals';
import { digestOf } from '../../../shared/dead-letters/digest-of.ts';
import {
  add,
  AUDIENCE,
  deliveryFixture,
  deliveryOf,
  mutationsOf,
  remove,
} from './delivery-fixture.ts';
import { recordingDestination, type Behaviour } from './recording-destination.ts';

/** A delivery to a third party that cannot be told that somebody left. */
async function fixtureOf(behaviour: Behaviour = {}) {
  const destination = recordingDestination({ ...behaviour, capabilities: { removal: 'none' } });
  const fixture = deliveryFixture({ destination });
  await fixture.makeReady();
  const sent = () =>
    destination.batches.map(({ operation, members }) => [
      operation,
      ...members.map(({ user }) => user),
    ]);
  return { ...fixture, sent };
}

test('removals are skipped without a call, and counted', async () => {
  const { deliver, sent, lines, deadLetters } = await fixtureOf();
  expect(await deliver(mutationsOf(...remove('a', 'b')))).toBe('ack');
  expect(sent()).toEqual([]);
  expect(await deadLetters()).toEqual([]);
  expect(lines).toMatchObject([
    { event: 'delivery_settled', settled: 'ack', skipped: 2, unsupportedRemovals: 2, delivered: 0 },
  ]);
});

test('of a user the last operation counts: when it is a removal, nothing is sent', async () => {
  const { deliver, sent, lines } = await fixtureOf();
  const mutations = [...add('leaves', 'stays'), ...remove('leaves', 'returns'), ...add('returns')];
  expect(await deliver(mutationsOf(...mutations))).toBe('ack');
  expect(sent()).toEqual([['add', 'stays', 'returns']]);
  expect(lines.at(-1)).toMatchObject({ delivered: 2, skipped: 3, unsupportedRemovals: 1 });
});

test('they are told of also when the message must come again', async () => {
  const { deliver, lines } = await fixtureOf({
    apply: () => ({ kind: 'retry', reason: 'answered 503' }),
  });
  expect(await deliver(mutationsOf(...add('a'), ...remove('b')))).toBe('nack');
  expect(lines).toMatchObject([{ retried: 1, skipped: 1, unsupportedRemovals: 1 }]);
});

test('the line says nothing of them where there are none', async () => {
  const { deliver, lines } = await fixtureOf();
  await deliver(mutationsOf(...add('a')));
  expect(lines[0]).not.toHaveProperty('unsupportedRemovals');
});

test('a removal that was skipped overtakes an add that died before: no replay brings it back', async () => {
  let refuses = true;
  const { clock, deliver, deadMembers, sent } = await fixtureOf({
    apply: ({ members }) => ({
      kind: 'outcomes',
      outcomes: members.map(() =>
        refuses ? { status: 'rejected', reason: 'no' } : { status: 'delivered' },
      ),
    }),
  });
  const diedAt = clock.time;
  await deliver(mutationsOf(...add('anna')));
  refuses = false;
  clock.time += 60_000;
  await deliver(mutationsOf(...remove('anna')));
  const { members } = await deadMembers.find(AUDIENCE, 'fresh');
  expect(members.get(digestOf(AUDIENCE, 'anna'))).toEqual({ diedAt, deliveredAt: clock.time });

  clock.time += 60_000;
  const replay = deliveryOf(mutationsOf(...add('anna')), new Date(clock.time), diedAt);
  expect(await deliver(replay)).toBe('ack');
  expect(sent()).toEqual([['add', 'anna']]);
});
