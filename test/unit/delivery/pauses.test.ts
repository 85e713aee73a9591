import { describe, expect, jest, test } from '@jest/globals';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import type { DeliveryDependencies } from '../../../shared/delivery/dependencies.ts';
import { createBriefRetry } from '../../../shared/delivery/brief-retry.ts';
import { DestinationError } from '../../../shared/errors.ts';
import type { BatchResult } from '../../../shared/destinations/destination.ts';
import { fakeTimeForEachTest, pass } from './fake-time.ts';
import { FAILED } from './batch-fixture.ts';
import { add, createOf, deliveryFixture, mutationsOf, usersUpTo } from './delivery-fixture.ts';
import { delivered, recordingDestination, refusing } from './recording-destination.ts';

fakeTimeForEachTest();

/** A delivery to a third party that answers `state.answer`, or takes everybody without one. */
async function fixtureOf(answer?: BatchResult, overrides: Partial<DeliveryDependencies> = {}) {
  const state = { answer };
  const destination = recordingDestination({ apply: (batch) => state.answer ?? delivered(batch) });
  const map = createEmbeddedAudienceMap();
  const find = jest.fn((id: string) => map.find(id));
  const audienceMap = { ...map, find };
  const fixture = deliveryFixture({ destination, audienceMap, ...overrides });
  await fixture.makeReady();
  const linesOf = (event: string) => fixture.lines.filter((line) => line['event'] === event);
  return { ...fixture, destination, find, linesOf, state };
}

const deliveriesOf = (count: number) => usersUpTo(count).map((user) => mutationsOf(...add(user)));

describe('while the third party is left alone', () => {
  test('deliveries go back at once, creations wait: nothing is called, and the audience map is not read', async () => {
    const { deliver, destination, find, linesOf, lines, state } = await fixtureOf(FAILED, {
      circuit: { failuresToOpen: 3 },
    });
    for (const message of deliveriesOf(3)) await deliver(message);
    expect(linesOf('destination_paused')).toMatchObject([
      { severity: 'WARNING', destination: 'recorder', pauseMs: expect.any(Number) },
    ]);
    state.answer = undefined;
    destination.batches.length = 0;
    find.mockClear();
    const messages = [...deliveriesOf(20), createOf()];
    expect(await Promise.all(messages.map(deliver))).toEqual([
      ...Array.from({ length: 20 }, () => 'nack'),
      'waits',
    ]);
    expect([destination.batches, destination.requests]).toEqual([[], []]);
    expect(find).not.toHaveBeenCalled();
    expect(lines.at(-1)).toMatchObject({
      retryReason: 'the third party failed too often in a row',
    });

    await pass(1_000);
    const again = deliveriesOf(20);
    expect(await Promise.all(again.map(deliver))).toEqual(again.map(() => 'ack'));
  });

  test('what is too old or not ours is a dead letter all the same', async () => {
    const { deliver, deadLetters, clock } = await fixtureOf(FAILED, {
      circuit: { failuresToOpen: 1 },
    });
    await deliver(mutationsOf(...add('a')));
    const data = Buffer.from('not json');
    const publishTime = new Date(clock.time);
    expect(await deliver({ data, attributes: {}, messageId: 'm', publishTime })).toBe('ack');
    expect(await deadLetters()).toMatchObject([{ reason: 'message-undecodable' }]);
  });
});

describe('a short Retry-After', () => {
  test('is waited out within the delivery, which nobody else waits for', async () => {
    const wish = { kind: 'retry', reason: 'answered 429', retryAfterMs: 2_000 } as const;
    const fixture = await fixtureOf(wish, { retryBriefly: createBriefRetry() });
    const waiting = fixture.deliver(mutationsOf(...add('a')));
    await pass(1_900);
    expect(fixture.destination.batches).toHaveLength(1);
    fixture.state.answer = undefined;
    await pass(400);
    expect(await waiting).toBe('ack');
    expect(fixture.destination.batches).toHaveLength(2);
  });
});

describe('when the third party refuses us (401)', () => {
  const REFUSES_US = { kind: 'fault', reason: 'answered 401', status: 401 } as const;
  const capabilities = { maxMembersPerCall: 1, maxConcurrentCalls: 4 };

  test('one ERROR says so, however many deliveries and calls; then all are delivered', async () => {
    const onDestinationFault = jest.fn();
    const { deliver, deadLetters, destination, linesOf, lines, state } = await fixtureOf(
      REFUSES_US,
      { onDestinationFault },
    );
    const messages = deliveriesOf(30);
    const settled = [];
    for (let round = 0; round < 4; round += 1) {
      settled.push(...(await Promise.all(messages.map(deliver))));
      await pass(30_000);
    }
    expect(settled).toEqual(Array.from({ length: 120 }, () => 'nack'));
    expect(lines.filter(({ severity }) => severity === 'ERROR')).toEqual(
      linesOf('destination_fault'),
    );
    expect(linesOf('destination_fault')).toMatchObject([{ destination: 'recorder', status: 401 }]);
    // Each time, since the credentials may have been changed only now.
    expect(onDestinationFault).toHaveBeenCalledTimes(4);
    expect(linesOf('destination_recovered')).toEqual([]);

    state.answer = undefined;
    destination.batches.length = 0;
    expect(await Promise.all(messages.map(deliver))).toEqual(messages.map(() => 'ack'));
    expect(linesOf('destination_recovered')).toMatchObject([{ severity: 'INFO' }]);
    const taken = destination.batches.flatMap(({ members }) => members.map(({ user }) => user));
    expect(taken.toSorted()).toEqual(usersUpTo(30).toSorted());
    expect(await deadLetters()).toEqual([]);
  });

  test('while it creates a segment, that is one ERROR too, and the creation comes again', async () => {
    let refusesUs = true;
    const destination = recordingDestination({
      capabilities,
      createSegment: () => {
        if (!refusesUs) return { segment: '1', created: true };
        const details = { status: 401, fault: true };
        throw new DestinationError('DESTINATION_MISCONFIGURED', 'x', { retryable: true, details });
      },
    });
    const { deliver, lines } = deliveryFixture({ destination });
    expect(await deliver(createOf())).toBe('waits');
    expect(await deliver(createOf())).toBe('waits');
    expect(lines.filter(({ severity }) => severity === 'ERROR')).toMatchObject([
      { event: 'destination_fault', status: 401 },
    ]);
    refusesUs = false;
    await pass(30_000);
    expect(await deliver(createOf())).toBe('ack');
  });
});

test('a creation whose path is wrong (404) calls the operator, and members are delivered', async () => {
  const destination = recordingDestination({
    createSegment: () => {
      const details = { status: 404 };
      throw new DestinationError('DESTINATION_MISCONFIGURED', 'x', { retryable: true, details });
    },
  });
  const { deliver, lines, makeReady } = deliveryFixture({ destination });
  await makeReady();
  expect(await deliver(createOf('r-1', { id: 'a.2', name: 'Other' }))).toBe('waits');
  expect(lines).toMatchObject([
    { severity: 'ERROR', event: 'destination_fault', status: 404 },
    { settled: 'ack', retryReason: 'x' },
  ]);
  expect(await deliver(mutationsOf(...add('a')))).toBe('ack');
});

test('halves and retries keep the limits of calls too', async () => {
  const beganAt: number[] = [];
  let failures = 0;
  const destination = recordingDestination({
    capabilities: {
      maxMembersPerCall: 20,
      maxConcurrentCalls: 3,
      maxCallRate: { calls: 4, perMs: 1_000 },
    },
    apply: (batch) => {
      beganAt.push(Date.now());
      failures += 1;
      return failures % 5 === 0 ? FAILED : refusing('user-7', 'user-70')(batch);
    },
  });
  const { deliver, makeReady, deadLetters } = deliveryFixture({
    destination,
    retryBriefly: createBriefRetry(),
  });
  await makeReady();
  const settled = deliver(mutationsOf(...add(...usersUpTo(100))));
  await pass(60_000);
  expect(await settled).toBe('ack');
  expect(await deadLetters()).toMatchObject([{ members: 2 }]);
  expect(destination.mostAtOnce()).toBeLessThanOrEqual(3);
  expect(beganAt.length).toBeGreaterThan(20);
  for (const from of beganAt) {
    expect(beganAt.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(4);
  }
});
