import { describe, expect, test } from '@jest/globals';
import type { DeliveryDependencies } from '../../../shared/delivery/dependencies.ts';
import type { MessageMutation } from '../../../shared/audience/message.ts';
import {
  add,
  AUDIENCE,
  deliveryFixture,
  deliveryOf,
  LEASE_MS,
  mutationsOf,
  remove,
  SEGMENT,
} from './delivery-fixture.ts';
import { recordingDestination } from './recording-destination.ts';

const audience = { id: AUDIENCE, name: 'Test audience' };

async function readyFixture(memberId: DeliveryDependencies['memberId'] = 'external_user_id') {
  const destination = recordingDestination();
  const fixture = deliveryFixture({ destination, memberId });
  await fixture.makeReady();
  return { destination, ...fixture };
}

describe('the audience', () => {
  test('must be known: before, nothing is sent and the message comes again', async () => {
    const destination = recordingDestination();
    const { deliver, deadLetters, lines, makeReady } = deliveryFixture({ destination });
    const message = mutationsOf(...add('user-1'));
    expect(await deliver(message)).toBe('nack');
    expect(destination.batches).toEqual([]);
    expect(await deadLetters()).toEqual([]);
    expect(lines).toMatchObject([
      { event: 'delivery_settled', settled: 'nack', retryReason: 'the audience is unknown' },
    ]);

    await makeReady();
    expect(await deliver(message)).toBe('ack');
    expect(destination.batches).toHaveLength(1);
  });

  test.each(['creating', 'failed'])('must be ready: %s is not', async (state) => {
    const destination = recordingDestination();
    const { audienceMap, deliver, lines } = deliveryFixture({ destination });
    const claim = await audienceMap.claim({ audience, requestId: 'r-0', leaseMs: LEASE_MS });
    if (claim.claimed && state === 'failed') await audienceMap.settleFailed(claim.lease, 'no');
    expect(await deliver(mutationsOf(...add('user-1')))).toBe('nack');
    expect(destination.batches).toEqual([]);
    expect(lines).toMatchObject([{ settled: 'nack', retryReason: `the audience is ${state}` }]);
  });

  test('may be named by the id of its segment', async () => {
    const { destination, deliver } = await readyFixture();
    expect(await deliver({ ...mutationsOf(...add('u')), audience: SEGMENT })).toBe('ack');
    expect(destination.batches).toMatchObject([{ members: [{ segment: SEGMENT, user: 'u' }] }]);
  });
});

describe('a member is sent with the time of its operation', () => {
  test('that of the message, which a redelivery does not change', async () => {
    const { destination, deliver, clock } = await readyFixture();
    const delivery = deliveryOf(mutationsOf(...add('a'), ...remove('b')), new Date(clock.time));
    const operatedAt = clock.time;
    await deliver(delivery);
    clock.time += 60_000;
    await deliver(delivery);
    const members = [{ segment: SEGMENT, user: 'a', operatedAt }];
    const removed = [{ segment: SEGMENT, user: 'b', operatedAt }];
    expect(destination.batches).toEqual([
      { operation: 'add', members },
      { operation: 'remove', members: removed },
      { operation: 'add', members },
      { operation: 'remove', members: removed },
    ]);
  });

  test('that of the original message, when it is a replay', async () => {
    const { destination, deliver, clock } = await readyFixture();
    await deliver(deliveryOf(mutationsOf(...add('a')), new Date(clock.time), 1_234));
    expect(destination.batches).toEqual([
      { operation: 'add', members: [{ segment: SEGMENT, user: 'a', operatedAt: 1_234 }] },
    ]);
  });

  test('each its own, in a call that several messages share', async () => {
    const { destination, deliver, clock } = await readyFixture();
    const messages = ['a', 'b'].map((user, index) =>
      deliveryOf(mutationsOf(...add(user)), new Date(clock.time), 1_000 + index),
    );
    await Promise.all(messages.map(deliver));
    expect(destination.batches).toMatchObject([
      {
        members: [
          { user: 'a', operatedAt: 1_000 },
          { user: 'b', operatedAt: 1_001 },
        ],
      },
    ]);
  });
});

describe('of several mutations of one user', () => {
  test('the last counts', async () => {
    const { destination, deliver, lines } = await readyFixture();
    const mutations = [...add('a', 'b'), ...remove('a', 'c'), ...add('c'), ...remove('d', 'd')];
    expect(await deliver(mutationsOf(...mutations))).toBe('ack');
    const sent = destination.batches.map(({ operation, members }) => [
      operation,
      members.map(({ user }) => user),
    ]);
    expect(new Map(sent as [string, string[]][])).toEqual(
      new Map([
        ['add', ['b', 'c']],
        ['remove', ['a', 'd']],
      ]),
    );
    expect(lines).toMatchObject([{ settled: 'ack', delivered: 4, skipped: 3, rejected: 0 }]);
  });

  test('one only is ever sent, whatever their order', async () => {
    const { destination, deliver } = await readyFixture();
    const users = ['a', 'b', 'c', 'd', 'e'];
    for (let round = 0; round < 50; round += 1) {
      destination.batches.length = 0;
      const mutations = Array.from({ length: 20 }, (_, index): MessageMutation => {
        const externalUserId = users[(index * (round + 3) + round) % users.length] ?? 'a';
        return { operation: (index * round) % 3 === 0 ? 'add' : 'remove', externalUserId };
      });
      await deliver(mutationsOf(...mutations));
      const sent = destination.batches.flatMap(({ operation, members }) =>
        members.map(({ user }) => ({ user, operation })),
      );
      const last = new Map(mutations.map((m) => [m.externalUserId, m.operation]));
      expect(sent).toHaveLength(last.size);
      expect(new Map(sent.map(({ user, operation }) => [user, operation]))).toEqual(last);
    }
  });
});

describe('a user who was never synced', () => {
  const neverSynced: MessageMutation = { operation: 'add', uuid: 'uuid-1' };
  const synced: MessageMutation = { operation: 'add', uuid: 'uuid-2', externalUserId: 'user-2' };

  test('is skipped where the third party knows its own ids', async () => {
    const { destination, deliver, deadLetters, lines } = await readyFixture();
    expect(await deliver(mutationsOf(neverSynced, synced))).toBe('ack');
    expect(destination.batches).toMatchObject([{ members: [{ user: 'user-2' }] }]);
    expect(await deadLetters()).toEqual([]);
    expect(lines).toMatchObject([{ delivered: 1, skipped: 1 }]);
  });

  test('is delivered where it knows the DMP’s', async () => {
    const { destination, deliver, lines } = await readyFixture('uuid');
    expect(await deliver(mutationsOf(neverSynced, synced))).toBe('ack');
    expect(destination.batches).toMatchObject([
      { members: [{ user: 'uuid-1' }, { user: 'uuid-2' }] },
    ]);
    expect(lines).toMatchObject([{ delivered: 2, skipped: 0 }]);
  });

  test('alone in a message, has nothing sent', async () => {
    const { destination, deliver } = await readyFixture();
    expect(await deliver(mutationsOf(neverSynced))).toBe('ack');
    expect(destination.batches).toEqual([]);
  });
});
