import { expect, test } from '@jest/globals';
import type { Message } from '../../../shared/audience/message.ts';
import type { Delivery } from '../../../shared/queue/queue.ts';
import {
  add,
  createOf,
  deliveryFixture,
  deliveryOf,
  mutationsOf,
  RETRY_WINDOW_MS,
} from './delivery-fixture.ts';
import { recordingDestination } from './recording-destination.ts';

async function readyFixture() {
  const destination = recordingDestination();
  const fixture = deliveryFixture({ destination });
  await fixture.makeReady();
  /** A message published just now, for the destination of this id. */
  const addressed = (message: Message, id: string): Delivery => {
    const delivery = deliveryOf(message, new Date(fixture.clock.time), 1_234);
    return { ...delivery, attributes: { ...delivery.attributes, destination: id } };
  };
  return { ...fixture, destination, addressed };
}

test.each([
  ['mutations', mutationsOf(...add('a'))],
  ['a creation', createOf('r-1', { id: 'a.2', name: 'Other' })],
])('a replay of %s for another destination is acknowledged without a call', async (_, message) => {
  const { deliver, addressed, destination, lines, deadLetters } = await readyFixture();
  expect(await deliver(addressed(message, 'pangolin'))).toBe('ack');
  expect([destination.batches, destination.requests]).toEqual([[], []]);
  expect(await deadLetters()).toEqual([]);
  expect(lines).toMatchObject([
    {
      severity: 'INFO',
      event: 'delivery_settled',
      settled: 'ack',
      forDestination: 'pangolin',
      delivered: 0,
    },
  ]);
});

test('not even when it is too old: that destination has its dead letter', async () => {
  const { deliver, addressed, clock, deadLetters } = await readyFixture();
  const old = addressed(mutationsOf(...add('a')), 'pangolin');
  clock.time += RETRY_WINDOW_MS + 1;
  expect(await deliver(old)).toBe('ack');
  expect(await deadLetters()).toEqual([]);
});

test('a replay for this destination is delivered', async () => {
  const { deliver, addressed, destination, lines } = await readyFixture();
  expect(await deliver(addressed(mutationsOf(...add('a')), destination.id))).toBe('ack');
  expect(destination.batches).toMatchObject([{ members: [{ user: 'a', operatedAt: 1_234 }] }]);
  expect(lines[0]).not.toHaveProperty('forDestination');
});

test('a message that names nobody is for everyone', async () => {
  const { deliver, destination } = await readyFixture();
  expect(await deliver(mutationsOf(...add('a')))).toBe('ack');
  expect(destination.batches).toHaveLength(1);
});
