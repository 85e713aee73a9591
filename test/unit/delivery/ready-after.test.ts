import { expect, test } from '@jest/globals';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import {
  add,
  AUDIENCE,
  createOf,
  deliveryFixture,
  mutationsOf,
  type Line,
} from './delivery-fixture.ts';
import { recordingDestination } from './recording-destination.ts';

const READY_AFTER_MS = 5_000;
const MEMBERS = mutationsOf(...add('a'));
const WAITS = {
  settled: 'nack',
  retryReason: 'the segment was just created, and takes no members yet',
};

/** Two instances of forward, for a third party whose segments take members after five seconds. */
function twoInstances(created = true) {
  const audienceMap = createEmbeddedAudienceMap();
  const instance = () => {
    const destination = recordingDestination({
      capabilities: { readyAfterMs: READY_AFTER_MS },
      createSegment: () => ({ segment: '12345', created }),
    });
    return { destination, ...deliveryFixture({ destination, audienceMap }) };
  };
  return { creating: instance(), other: instance(), audienceMap };
}

const settledLines = (lines: readonly Line[]) =>
  lines.filter(({ event }) => event === 'delivery_settled');

test('the creation is answered at once, and says when members are taken', async () => {
  const { creating, audienceMap } = twoInstances();
  expect(await creating.deliver(createOf())).toBe('ack');
  expect(await audienceMap.find(AUDIENCE)).toMatchObject({
    state: 'ready',
    segment: '12345',
    readyAt: new Date(creating.clock.time + READY_AFTER_MS),
  });
  // Also when it comes again.
  expect(await creating.deliver(createOf())).toBe('ack');
});

test.each([
  ['made', true],
  ['there already: the answer to the call that made it may have been lost', false],
])('members wait, at every instance, when the segment was %s', async (_, created) => {
  const { creating, other } = twoInstances(created);
  await creating.deliver(createOf());
  for (const { deliver, clock, destination, lines } of [creating, other]) {
    clock.time += READY_AFTER_MS - 1;
    expect(await deliver(MEMBERS)).toBe('nack');
    expect(destination.batches).toEqual([]);
    expect(settledLines(lines).at(-1)).toMatchObject(WAITS);
    clock.time += 1;
    expect(await deliver(MEMBERS)).toBe('ack');
    expect(destination.batches).toHaveLength(1);
  }
});

test('members that create their audience wait too', async () => {
  const destination = recordingDestination({ capabilities: { readyAfterMs: READY_AFTER_MS } });
  const { deliver, clock, lines } = deliveryFixture({ destination, unknownAudience: 'create' });
  expect(await deliver(MEMBERS)).toBe('nack');
  expect(settledLines(lines)).toMatchObject([WAITS]);
  clock.time += READY_AFTER_MS;
  expect(await deliver(MEMBERS)).toBe('ack');
  expect(destination.requests).toHaveLength(1);
});

test('where segments take members at once, nobody waits', async () => {
  const { deliver, audienceMap } = deliveryFixture();
  await deliver(createOf());
  expect(await audienceMap.find(AUDIENCE)).not.toHaveProperty('readyAt');
  expect(await deliver(MEMBERS)).toBe('ack');
});
