import { describe, expect, test } from '@jest/globals';
import { DestinationError } from '../../../shared/errors.ts';
import { AUDIENCE, createOf, deliveryFixture, LEASE_MS, SEGMENT } from './delivery-fixture.ts';
import { recordingDestination, segmentByTitle } from './recording-destination.ts';

const NAME = 'Test audience';
const ready = { state: 'ready', segment: SEGMENT, audience: { id: AUDIENCE, name: NAME } };

/** A destination whose first creation fails in this way. */
function failingOnce(error: Error) {
  const create = segmentByTitle();
  let failed = false;
  return recordingDestination({
    createSegment: (request) => {
      if (failed) return create(request);
      failed = true;
      throw error;
    },
  });
}

describe('a creation', () => {
  test('makes the segment and records it', async () => {
    const destination = recordingDestination();
    const { audienceMap, deliver, lines } = deliveryFixture({ destination });
    expect(await deliver(createOf())).toBe('ack');
    expect(destination.requests).toEqual([{ title: NAME, audienceId: AUDIENCE }]);
    expect(await audienceMap.find(AUDIENCE)).toEqual(ready);
    expect(lines).toMatchObject([
      { severity: 'INFO', event: 'audience_created', segment: SEGMENT, created: true },
      { event: 'delivery_settled', settled: 'ack', kind: 'create-audience' },
    ]);
  });

  test('of a hundred deliveries at once, one calls the third party', async () => {
    const destination = recordingDestination();
    const { deliver } = deliveryFixture({ destination });
    const messages = Array.from({ length: 100 }, (_, index) => createOf(`r-${index}`));
    const settled = await Promise.all(messages.map((message) => deliver(message)));
    expect(destination.requests).toHaveLength(1);
    expect(settled.filter((settlement) => settlement === 'ack')).toHaveLength(1);

    const again = await Promise.all(messages.map((message) => deliver(message)));
    expect(again.every((settlement) => settlement === 'ack')).toBe(true);
    expect(destination.requests).toHaveLength(1);
  });
});

describe('the lease', () => {
  test('keeps others from trying while it is held, and no longer', async () => {
    const destination = recordingDestination();
    const { audienceMap, clock, deliver, lines } = deliveryFixture({ destination });
    const audience = { id: AUDIENCE, name: NAME };
    await audienceMap.claim({ audience, requestId: 'crashed', leaseMs: LEASE_MS });

    clock.time += LEASE_MS - 1;
    expect(await deliver(createOf())).toBe('waits');
    expect(lines).toMatchObject([{ retryReason: 'another creation is in flight' }]);
    expect(destination.requests).toEqual([]);

    clock.time += 1;
    expect(await deliver(createOf())).toBe('ack');
    expect(await audienceMap.find(AUDIENCE)).toEqual(ready);
  });

  test('is given back at once after a failure that trying again can help', async () => {
    const text = 'Recorder could not create the segment now: answered 503';
    const error = new DestinationError('DESTINATION_UNAVAILABLE', text, { retryable: true });
    const destination = failingOnce(error);
    const { audienceMap, deliver, lines } = deliveryFixture({ destination });
    expect(await deliver(createOf())).toBe('waits');
    expect(lines).toMatchObject([{ event: 'delivery_settled', retryReason: text }]);
    expect(await audienceMap.find(AUDIENCE)).toMatchObject({ state: 'creating' });
    expect(await deliver(createOf())).toBe('ack');
    expect(await audienceMap.find(AUDIENCE)).toEqual(ready);
  });

  const refusing = (): never => {
    throw new DestinationError('DESTINATION_REFUSED', 'no');
  };
  test.each([
    ['success', segmentByTitle()],
    ['refusal', refusing],
  ])('that was lost leaves the outcome to whoever holds it now, after a %s', async (_, create) => {
    const fixture = deliveryFixture({
      destination: recordingDestination({
        createSegment: async (request) => {
          fixture.clock.time += LEASE_MS;
          const audience = { id: AUDIENCE, name: NAME };
          await fixture.audienceMap.claim({ audience, requestId: 'other', leaseMs: LEASE_MS });
          return create(request);
        },
      }),
    });
    expect(await fixture.deliver(createOf())).toBe('waits');
    expect(await fixture.audienceMap.find(AUDIENCE)).toMatchObject({ state: 'creating' });
    expect(fixture.lines).toMatchObject([{ settled: 'ack', retryReason: expect.any(String) }]);
  });
});

describe('a refusal', () => {
  const words = 'Recorder refused the audience: the title is too long';

  test('is recorded in words, with its request, and acknowledged', async () => {
    const destination = failingOnce(new DestinationError('DESTINATION_REFUSED', words));
    const { audienceMap, deliver, deadLetters, lines } = deliveryFixture({ destination });
    expect(await deliver(createOf('r-1'))).toBe('ack');
    expect(await audienceMap.find(AUDIENCE)).toMatchObject({
      state: 'failed',
      reason: words,
      requestId: 'r-1',
    });
    expect(await deadLetters()).toEqual([]);
    expect(lines).toMatchObject([
      {
        severity: 'WARNING',
        event: 'audience_failed',
        destination: 'recorder',
        audience: AUDIENCE,
        reason: 'refused',
      },
      { event: 'delivery_settled', settled: 'ack' },
    ]);
    expect(JSON.stringify(lines)).not.toContain('title');
  });

  test('does not keep a later request from trying', async () => {
    const destination = failingOnce(new DestinationError('DESTINATION_REFUSED', words));
    const { audienceMap, deliver } = deliveryFixture({ destination });
    await deliver(createOf('r-1'));
    expect(await deliver(createOf('r-2'))).toBe('ack');
    expect(await audienceMap.find(AUDIENCE)).toEqual(ready);
  });
});

test('wrong credentials call the operator, and the creation comes again', async () => {
  const error = new DestinationError('DESTINATION_MISCONFIGURED', 'Recorder answered 401', {
    retryable: true,
    details: { status: 401 },
  });
  const { deliver, lines } = deliveryFixture({ destination: failingOnce(error) });
  expect(await deliver(createOf())).toBe('waits');
  expect(lines).toMatchObject([
    { severity: 'ERROR', event: 'destination_fault', status: 401 },
    { event: 'delivery_settled', settled: 'ack', retryReason: 'Recorder answered 401' },
  ]);
  expect(await deliver(createOf())).toBe('ack');
});
