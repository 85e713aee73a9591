import { describe, expect, test } from '@jest/globals';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import type { AudienceMap } from '../../../shared/audience-map/audience-map.ts';
import { AUDIENCE, createOf, deliveryFixture, LEASE_MS, SEGMENT } from './delivery-fixture.ts';
import { recordingDestination, segmentByTitle } from './recording-destination.ts';

const ready = { state: 'ready', segment: SEGMENT };

/** The map, with one method that fails the first time. */
function failingOnce(method: 'settleReady' | 'release', now = () => new Date()): AudienceMap {
  const map = createEmbeddedAudienceMap(now);
  let failed = false;
  const failOnce = () => {
    if (failed) return;
    failed = true;
    throw new Error('Test audience could not be written');
  };
  return {
    ...map,
    settleReady: async (lease, segment) => {
      if (method === 'settleReady') failOnce();
      return map.settleReady(lease, segment);
    },
    release: async (lease) => {
      if (method === 'release') failOnce();
      await map.release(lease);
    },
  };
}

describe('no second segment is made', () => {
  test('when the third party created it and its answer was lost', async () => {
    const create = segmentByTitle();
    const created: boolean[] = [];
    const destination = recordingDestination({
      createSegment: (request) => {
        const segment = create(request);
        created.push(segment.created);
        if (created.length === 1) throw new Error('the connection was lost');
        return segment;
      },
    });
    const { audienceMap, deliver, lines } = deliveryFixture({ destination });
    expect(await deliver(createOf())).toBe('nack');
    expect(lines).toMatchObject([{ severity: 'ERROR', event: 'delivery_failed' }]);
    expect(await deliver(createOf())).toBe('ack');
    expect(created).toEqual([true, false]);
    expect(await audienceMap.find(AUDIENCE)).toMatchObject(ready);
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'audience_created', segment: SEGMENT, created: false }),
    );
  });

  test('when it was created and could not be recorded', async () => {
    const destination = recordingDestination();
    const audienceMap = failingOnce('settleReady');
    const { deliver, lines } = deliveryFixture({ destination, audienceMap });
    expect(await deliver(createOf())).toBe('nack');
    expect(JSON.stringify(lines)).not.toContain('Test audience');
    expect(await deliver(createOf())).toBe('ack');
    expect(destination.requests).toHaveLength(2);
    expect(new Set(destination.requests.map(({ title }) => title)).size).toBe(1);
    expect(await audienceMap.find(AUDIENCE)).toMatchObject(ready);
  });

  test('when the process died before it recorded: the lease ends, the next one finds it', async () => {
    const create = segmentByTitle();
    const died = Promise.withResolvers<never>();
    let first = true;
    const destination = recordingDestination({
      createSegment: (request) => {
        const segment = create(request);
        if (!first) return segment;
        first = false;
        return died.promise;
      },
    });
    const { audienceMap, clock, deliver } = deliveryFixture({ destination });
    void deliver(createOf());
    expect(await deliver(createOf())).toBe('waits');
    clock.time += LEASE_MS;
    expect(await deliver(createOf())).toBe('ack');
    expect(await audienceMap.find(AUDIENCE)).toMatchObject(ready);
  });
});

test('a lease that cannot be given back costs a wait, not the audience', async () => {
  const audienceMap = failingOnce('release', () => new Date(fixture.clock.time));
  const create = segmentByTitle();
  let broken = true;
  const destination = recordingDestination({
    createSegment: (request) => {
      if (broken) throw new Error('broken');
      return create(request);
    },
  });
  const fixture = deliveryFixture({ destination, audienceMap });
  const { clock, deliver } = fixture;
  expect(await deliver(createOf())).toBe('nack');
  broken = false;
  expect(await deliver(createOf())).toBe('waits');
  clock.time += LEASE_MS;
  expect(await deliver(createOf())).toBe('ack');
  expect(destination.requests).toHaveLength(2);
});
