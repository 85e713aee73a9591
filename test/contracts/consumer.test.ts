import { randomUUID } from 'node:crypto';
import { describe, jest } from '@jest/globals';
import type { Consumer } from '../../shared/queue/consumer.ts';
import { createEmbeddedQueue } from '../../shared/queue/embedded-queue.ts';
import { createPubSubConsumer } from '../../shared/queue/pubsub-consumer.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { cappedConsumer } from '../setup/capped-consumer.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { pubsubEmulatorHost } from '../setup/emulator-proxy.ts';
import { lyingConsumer } from '../setup/lying-consumer.ts';
import { SHORT_LEASE_MS, type ConsumerFixture } from './consumer-steps.ts';
import { consumerContract } from './consumer.contract.ts';
import { provisionOrderedPull } from './provision-ordered-pull.ts';

jest.setTimeout(600_000);

type Wrap = (consumer: Consumer) => Consumer;

const LIES = { emptyEvery: 2, lagMs: 300 };
const WRAPS: readonly (readonly [string, Wrap])[] = [
  ['', (consumer) => consumer],
  [', one message of a key per pull', (consumer) => cappedConsumer(consumer, 1)],
  [', ten messages of a key per pull', (consumer) => cappedConsumer(consumer, 10)],
  [', empty pulls and messages late', (consumer) => lyingConsumer(consumer, LIES)],
];

describe('Embedded consumer', () => {
  for (const [how, wrap] of WRAPS) {
    consumerContract(`the embedded queue${how}`, () => Promise.resolve(embedded(wrap)));
  }
});

describeWithEmulators('Pub/Sub consumer', () => {
  for (const [how, wrap] of WRAPS) {
    consumerContract(`Pub/Sub${how}`, () => onEmulator(wrap));
  }
});

function embedded(wrap: Wrap): ConsumerFixture {
  const publisher = createEmbeddedQueue();
  const subscription = publisher.subscribe();
  return {
    publisher,
    consumer: (leaseMs) => wrap(subscription.createConsumer(leaseMs)),
    close: () => publisher.close(),
  };
}

/** The subscription's own leases are short: a pull that asks for long ones extends them at once. */
async function onEmulator(wrap: Wrap): Promise<ConsumerFixture> {
  const connection = { projectId: 'consumer-contract', emulatorHost: pubsubEmulatorHost() };
  const name = `t-${randomUUID()}`;
  const ackDeadlineMs = SHORT_LEASE_MS;
  const remove = await provisionOrderedPull({ ...connection, name, ackDeadlineMs });
  const publisher = createPubSubPublisher({ ...connection, topic: name, timeoutMs: 10_000 });
  const consumers: Consumer[] = [];
  return {
    publisher,
    consumer: (leaseMs) => {
      const options = { ...connection, subscription: name, leaseMs, ackDeadlineMs };
      const consumer = createPubSubConsumer(options);
      consumers.push(consumer);
      return wrap(consumer);
    },
    close: async () => {
      await Promise.all([publisher, ...consumers].map((one) => one.close()));
      await remove();
    },
  };
}
