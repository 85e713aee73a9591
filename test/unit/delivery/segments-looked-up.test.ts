import { describe, expect, test } from '@jest/globals';
import { createBriefRetry } from '../../../shared/delivery/brief-retry.ts';
import { DestinationError } from '../../../shared/errors.ts';
import type { SegmentRequest } from '../../../shared/destinations/destination.ts';
import { sleep } from '../../../shared/sleep.ts';
import { AUDIENCE, createOf, deliveryFixture, LEASE_MS } from './delivery-fixture.ts';
import { fakeTimeForEachTest, pass, passUntilSettled } from './fake-time.ts';
import { recordingDestination, type Behaviour } from './recording-destination.ts';

fakeTimeForEachTest();

/** A third party that makes a segment every time it is asked, and can look one up by the audience. */
function withLookup(behaviour: Behaviour = {}) {
  const segments: (SegmentRequest & { segment: string })[] = [];
  const create = (request: SegmentRequest) => {
    const segment = String(1 + segments.length);
    segments.push({ ...request, segment });
    return { segment, created: true };
  };
  const destination = recordingDestination({
    createSegment: create,
    findSegment: ({ audienceId }) =>
      segments.find((segment) => segment.audienceId === audienceId)?.segment,
    ...behaviour,
    capabilities: { creationIdempotentBy: 'none', ...behaviour.capabilities },
  });
  return { destination, segments, create };
}

const unavailable = () =>
  new DestinationError('DESTINATION_UNAVAILABLE', 'no answer', { retryable: true });

describe('where the third party can look a segment up, no second one is made', () => {
  test('when the process died between its answer and our write', async () => {
    let died = false;
    const { destination, segments, create } = withLookup({
      createSegment: (request) => {
        const segment = create(request);
        if (died) return segment;
        died = true;
        return new Promise<never>(() => undefined);
      },
    });
    const { audienceMap, clock, deliver, lines } = deliveryFixture({ destination });
    void deliver(createOf());
    await pass(100);
    expect(segments).toHaveLength(1);
    clock.time += LEASE_MS;
    expect(await deliver(createOf())).toBe('ack');
    expect(segments).toHaveLength(1);
    expect(await audienceMap.find(AUDIENCE)).toMatchObject({ state: 'ready', segment: '1' });
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'audience_created', segment: '1', created: false }),
    );
  });

  test('when its answer was lost and the creation is tried again within the delivery', async () => {
    const { destination, segments, create } = withLookup({
      createSegment: (request) => {
        create(request);
        throw unavailable();
      },
    });
    const { deliver } = deliveryFixture({ destination, retryBriefly: createBriefRetry() });
    expect(await passUntilSettled(deliver(createOf()))).toBe('ack');
    expect(segments).toHaveLength(1);
    expect(destination.requests).toHaveLength(1);
  });

  test('and where it cannot be looked up just now, none is made meanwhile', async () => {
    const { destination } = withLookup({
      findSegment: () => {
        throw unavailable();
      },
    });
    const { deliver } = deliveryFixture({ destination });
    expect(await deliver(createOf())).toBe('waits');
    expect(destination.requests).toEqual([]);
  });

  test('a second audience of the same title gets one of its own', async () => {
    const { destination, segments } = withLookup({
      findSegment: ({ title }) => segments.find((segment) => segment.title === title)?.segment,
    });
    const { deliver, audienceMap } = deliveryFixture({ destination });
    await deliver(createOf('r-1', { id: 'a.1', name: 'Buyers' }));
    expect(await deliver(createOf('r-2', { id: 'a.2', name: 'Buyers' }))).toBe('ack');
    expect(segments.map(({ title }) => title)).toEqual(['Buyers', 'Buyers (a.2)']);
    expect(await audienceMap.find('a.2')).toMatchObject({ segment: '2' });
  });
});

describe('no creation begins that could outlast its lease', () => {
  /** A fixture whose clock goes with the fake time. */
  function clockedFixture(behaviour: Behaviour) {
    const { destination, segments } = withLookup(behaviour);
    const fixture = deliveryFixture({ destination, retryBriefly: createBriefRetry() });
    const start = Date.now();
    const { time } = fixture.clock;
    Object.defineProperty(fixture.clock, 'time', { get: () => time + Date.now() - start });
    return { ...fixture, destination, segments, elapsed: () => Date.now() - start };
  }

  test('of the tries after the first', async () => {
    const triedAt: number[] = [];
    const fixture = clockedFixture({
      createSegment: async () => {
        triedAt.push(fixture.elapsed());
        await sleep(10_000);
        throw unavailable();
      },
    });
    expect(await passUntilSettled(fixture.deliver(createOf()))).toBe('waits');
    expect(triedAt).toHaveLength(2);
    expect(Math.max(...triedAt)).toBeLessThan(LEASE_MS / 2);
  });

  test('of those that waited long for the one before them', async () => {
    const begunAt: number[] = [];
    const fixture = clockedFixture({
      capabilities: { maxConcurrentCalls: 1 },
      findSegment: () => undefined,
      createSegment: async ({ audienceId }) => {
        begunAt.push(fixture.elapsed());
        await sleep(8_000);
        return { segment: `of ${audienceId}`, created: true };
      },
    });
    const creations = ['a', 'b', 'c', 'd'].map((id) => createOf(id, { id, name: id }));
    const settled = await passUntilSettled(Promise.all(creations.map(fixture.deliver)));
    expect(settled).toEqual(['ack', 'ack', 'waits', 'waits']);
    expect(Math.max(...begunAt)).toBeLessThan(LEASE_MS / 2);
    expect(fixture.lines.filter(({ retryReason }) => retryReason !== undefined)).toMatchObject([
      { retryReason: 'The creation took too long; it is tried again.' },
      { retryReason: 'The creation took too long; it is tried again.' },
    ]);
    const again = passUntilSettled(Promise.all(creations.slice(2).map(fixture.deliver)));
    expect(await again).toEqual(['ack', 'ack']);
  });
});
