import { describe, expect, test } from '@jest/globals';
import { add, deliveryFixture, mutationsOf, remove, usersUpTo } from './delivery-fixture.ts';
import type { BatchResult } from '../../../shared/destinations/destination.ts';
import { delivered, recordingDestination } from './recording-destination.ts';

async function deliverTo(destination: ReturnType<typeof recordingDestination>, deliveries = 1) {
  const { deliver, makeReady, lines } = deliveryFixture({ destination });
  await makeReady();
  const users = usersUpTo(25);
  const message = mutationsOf(...add(...users.slice(0, 15)), ...remove(...users.slice(15)));
  const settled = await Promise.all(Array.from({ length: deliveries }, () => deliver(message)));
  return { settled, users, lines };
}

describe('micro-batches', () => {
  test.each([
    [1, 25],
    [4, 4 + 3],
    [10, 2 + 1],
    [1_000, 2],
  ])('of at most %i members are %i calls', async (maxMembersPerCall, calls) => {
    const destination = recordingDestination({ capabilities: { maxMembersPerCall } });
    const { settled, lines } = await deliverTo(destination);
    expect(settled).toEqual(['ack']);
    expect(lines).toMatchObject([{ delivered: 25 }]);
    expect(destination.batches).toHaveLength(calls);
    const sizes = destination.batches.map(({ members }) => members.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(maxMembersPerCall);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });

  test('hold every user once, adds and removes apart', async () => {
    const destination = recordingDestination({ capabilities: { maxMembersPerCall: 4 } });
    const { users } = await deliverTo(destination);
    const sent = (operation: string) =>
      destination.batches
        .filter((batch) => batch.operation === operation)
        .flatMap(({ members }) => members.map(({ user }) => user));
    expect(sent('add').toSorted()).toEqual(users.slice(0, 15).toSorted());
    expect(sent('remove').toSorted()).toEqual(users.slice(15).toSorted());
  });
});

describe('members the third party did not take, without saying which,', () => {
  test.each([
    [3, 3],
    [0, undefined],
    [undefined, undefined],
  ])('are counted in the line about the call: %p', async (unnamedRefusals, logged) => {
    const destination = recordingDestination({
      apply: (batch) => ({ ...delivered(batch), unnamedRefusals }) as BatchResult,
    });
    const { deliver, makeReady, lines, callLines } = deliveryFixture({ destination });
    await makeReady();
    expect(await deliver(mutationsOf(...add(...usersUpTo(5))))).toBe('ack');
    expect(callLines).toMatchObject([{ severity: 'INFO', result: 'outcomes', members: 5 }]);
    expect(callLines[0]?.['unnamedRefusals']).toBe(logged);
    expect(lines).toMatchObject([{ delivered: 5, rejected: 0, retried: 0 }]);
  });
});

describe('calls under way at once', () => {
  test.each([1, 3])('are %i at most, within a message', async (maxConcurrentCalls) => {
    const destination = recordingDestination({
      capabilities: { maxMembersPerCall: 1, maxConcurrentCalls },
    });
    await deliverTo(destination);
    expect(destination.mostAtOnce()).toBe(maxConcurrentCalls);
  });

  test('are limited across concurrent deliveries too', async () => {
    const destination = recordingDestination({
      capabilities: { maxMembersPerCall: 5, maxConcurrentCalls: 3 },
    });
    const { settled } = await deliverTo(destination, 20);
    expect(settled).toEqual(Array.from({ length: 20 }, () => 'ack'));
    expect(destination.mostAtOnce()).toBe(3);
  });
});
