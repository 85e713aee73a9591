import { describe, expect, test } from '@jest/globals';
import { DestinationError } from '../../../shared/errors.ts';
import {
  add,
  AUDIENCE,
  createOf,
  deliveryFixture,
  LEASE_MS,
  mutationsOf,
  usersUpTo,
} from './delivery-fixture.ts';
import { recordingDestination, segmentByTitle } from './recording-destination.ts';

const MEMBERS = mutationsOf(...add('user-1'));

describe('members of an audience that nobody created', () => {
  test('wait, where they are told to, and nothing is created', async () => {
    const destination = recordingDestination();
    const { deliver, audienceMap, lines } = deliveryFixture({
      destination,
      unknownAudience: 'wait',
    });
    expect(await deliver(MEMBERS)).toBe('nack');
    expect(destination.requests).toEqual([]);
    expect(await audienceMap.find(AUDIENCE)).toBeUndefined();
    expect(lines).toMatchObject([{ retryReason: 'the audience is unknown', retried: 0 }]);
  });

  test('create it under its id, once, however many deliveries there are', async () => {
    const destination = recordingDestination();
    const { deliver, lines } = deliveryFixture({ destination, unknownAudience: 'create' });
    const messages = usersUpTo(50).map((user) => mutationsOf(...add(user)));
    const settled = await Promise.all(messages.map(deliver));
    expect(destination.requests).toEqual([{ title: AUDIENCE, audienceId: AUDIENCE }]);
    expect(settled).toContain('ack');
    expect(lines.filter(({ event }) => event === 'audience_created')).toHaveLength(1);

    expect(await Promise.all(messages.map(deliver))).toEqual(messages.map(() => 'ack'));
    expect(destination.requests).toHaveLength(1);
  });

  test('a CREATE_AUDIENCE that comes later finds it ready', async () => {
    const destination = recordingDestination();
    const { deliver, audienceMap } = deliveryFixture({ destination, unknownAudience: 'create' });
    await deliver(MEMBERS);
    expect(await deliver(createOf())).toBe('ack');
    expect(destination.requests).toHaveLength(1);
    expect(await audienceMap.find(AUDIENCE)).toMatchObject({ state: 'ready', segment: '12345' });
  });
});

describe('where members create their audience', () => {
  const unavailable = new DestinationError('DESTINATION_UNAVAILABLE', 'x', { retryable: true });

  /** A third party whose first creation fails. */
  function failingOnce(error: Error) {
    const create = segmentByTitle();
    let failed = false;
    const destination = recordingDestination({
      createSegment: (request) => {
        if (failed) return create(request);
        failed = true;
        throw error;
      },
    });
    return { destination, ...deliveryFixture({ destination, unknownAudience: 'create' }) };
  }

  test('they do so again after the third party was not there the first time', async () => {
    const { deliver, destination } = failingOnce(unavailable);
    expect(await deliver(MEMBERS)).toBe('nack');
    expect(await deliver(MEMBERS)).toBe('ack');
    expect(destination.requests).toHaveLength(2);
  });

  test('a creation that crashed is taken over once its lease has ended, under its own name', async () => {
    const destination = recordingDestination();
    const fixture = deliveryFixture({ destination, unknownAudience: 'create' });
    const audience = { id: AUDIENCE, name: 'Test audience' };
    await fixture.audienceMap.claim({ audience, requestId: 'crashed', leaseMs: LEASE_MS });
    expect(await fixture.deliver(MEMBERS)).toBe('nack');
    expect(destination.requests).toEqual([]);
    fixture.clock.time += LEASE_MS;
    expect(await fixture.deliver(MEMBERS)).toBe('ack');
    expect(destination.requests).toEqual([{ title: 'Test audience', audienceId: AUDIENCE }]);
  });

  test('an audience the third party refused keeps waiting: a person must act', async () => {
    const { deliver, destination, lines } = failingOnce(
      new DestinationError('DESTINATION_REFUSED', 'no'),
    );
    for (let delivery = 1; delivery <= 3; delivery += 1)
      expect(await deliver(MEMBERS)).toBe('nack');
    expect(destination.requests).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({ retryReason: 'the audience is failed' });
    expect(await deliver(createOf())).toBe('ack');
    expect(await deliver(MEMBERS)).toBe('ack');
  });
});

test('the segment of an audience is looked up once: it stays the same', async () => {
  const fixture = deliveryFixture();
  await fixture.makeReady();
  let reads = 0;
  const audienceMap = {
    ...fixture.audienceMap,
    find: (id: string) => {
      reads += 1;
      return fixture.audienceMap.find(id);
    },
  };
  const { deliver } = deliveryFixture({ audienceMap });
  for (let delivery = 1; delivery <= 5; delivery += 1) expect(await deliver(MEMBERS)).toBe('ack');
  expect(reads).toBe(1);
});
