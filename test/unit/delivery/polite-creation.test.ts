import { describe, expect, test } from '@jest/globals';
import { createPoliteDestination } from '../../../shared/delivery/polite-destination.ts';
import { DestinationError } from '../../../shared/errors.ts';
import { recordingDestination, type Behaviour } from './recording-destination.ts';

const BATCH = { operation: 'add', members: [{ segment: 's', user: 'u', operatedAt: 0 }] } as const;
const REQUEST = { title: 't', audienceId: 'a' };
const OUTCOMES = { kind: 'outcomes', outcomes: [{ status: 'delivered' }] };

describe('a creation', () => {
  const politeFailing = (error: Error) => {
    const behaviour: Behaviour = {
      createSegment: () => {
        throw error;
      },
    };
    const destination = recordingDestination(behaviour);
    return createPoliteDestination(destination, { failuresToOpen: 2 });
  };
  const unavailable = (retryAfterMs?: number) =>
    new DestinationError('DESTINATION_UNAVAILABLE', 'x', { retryable: true, retryAfterMs });
  const misconfigured = (details: { status: number; fault?: boolean }) =>
    new DestinationError('DESTINATION_MISCONFIGURED', 'x', { retryable: true, details });

  test.each([
    ['a refusal', new DestinationError('DESTINATION_REFUSED', 'no')],
    ['a wrong path (404)', misconfigured({ status: 404 })],
    ['a segment that is not in the answer', misconfigured({ status: 200 })],
  ])('that ends in %s pauses nobody, and is an answer', async (_, error) => {
    const polite = politeFailing(error);
    for (let time = 1; time <= 5; time += 1) {
      await expect(polite.obtainSegment(REQUEST)).rejects.toBe(error);
    }
    expect(polite.paused()).toBeUndefined();
    expect(polite.answered()).toBe(5);
    expect(await polite.apply(() => BATCH)).toEqual(OUTCOMES);
  });

  test.each([
    ['wrong credentials', misconfigured({ status: 401, fault: true }), 1],
    ['a long Retry-After', unavailable(60_000), 1],
    ['as many failures as open the circuit', unavailable(), 2],
  ])('that ends in %s pauses all calls', async (_, error, times) => {
    const polite = politeFailing(error);
    for (let time = 1; time <= times; time += 1) {
      expect(polite.paused()).toBeUndefined();
      await expect(polite.obtainSegment(REQUEST)).rejects.toBe(error);
    }
    expect(polite.paused()).toBeDefined();
    expect(await polite.apply(() => BATCH)).toMatchObject({ kind: 'paused' });
  });

  test('that breaks is no verdict on the third party', async () => {
    const bug = new TypeError('a bug');
    const polite = politeFailing(bug);
    for (let time = 1; time <= 5; time += 1) {
      await expect(polite.obtainSegment(REQUEST)).rejects.toBe(bug);
    }
    expect([polite.paused(), polite.answered()]).toEqual([undefined, 0]);
  });
});
