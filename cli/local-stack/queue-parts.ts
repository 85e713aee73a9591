/** The queue of the local stack: embedded, or Pub/Sub's emulator with real subscriptions. */
import { createWakeHandler } from '../../functions/forward/wake-handler.ts';
import { createWakeHost } from '../../functions/forward/wake-host.ts';
import type { DeadLetterStore } from '../../shared/dead-letters/dead-letter-store.ts';
import { createEmbeddedDeadLetterStore } from '../../shared/dead-letters/embedded-dead-letter-store.ts';
import { createPubSubDeadLetterStore } from '../../shared/dead-letters/pubsub-dead-letter-store.ts';
import type { Drain } from '../../shared/delivery/drain.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Consumer } from '../../shared/queue/consumer.ts';
import {
  createEmbeddedQueue,
  type EmbeddedQueueOptions,
} from '../../shared/queue/embedded-queue.ts';
import { createPubSubConsumer } from '../../shared/queue/pubsub-consumer.ts';
import { provisionPull, type ProvisionedPull } from '../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import type { Publisher } from '../../shared/queue/queue.ts';
import { within } from '../../shared/within.ts';
import { LOCAL_PROJECT, type Run } from './run.ts';

/** The emulator is near: what it holds comes at once. */
const EMULATOR_QUIET_MS = 500;
/** On one machine a sweep costs next to nothing. */
const SWEEP_MS = 1_000;
const STOP_DRAIN_MS = 500;

export interface QueueParts {
  readonly publisher: Publisher;
  readonly deadLetters: Publisher;
  /** Where what is published there waits for an operator. */
  readonly deadLetterStore: DeadLetterStore;
  /**
   * Adds a subscription and drains it, woken by what is published; call it again only when it has
   * resolved.
   */
  attach(leaseMs: number, createDrain: (consumer: Consumer) => Drain): Promise<void>;
  /**
   * Waits up to `timeoutMs` for what is queued to be acknowledged. Resolves with the number of messages
   * that were not, where the queue can tell.
   */
  stop(timeoutMs: number): Promise<number | undefined>;
}

/** Drains and the sweep that looks at them all. */
function createDrains() {
  const drains: Drain[] = [];
  const sweep = setInterval(() => {
    for (const drain of drains) void drain.look();
  }, SWEEP_MS);
  return {
    add: (drain: Drain) => drains.push(drain),
    stop: async (timeoutMs: number) => {
      clearInterval(sweep);
      await Promise.all(drains.map((drain) => drain.stop(timeoutMs)));
    },
  };
}

export interface QueueOptions {
  readonly embeddedQueue?: EmbeddedQueueOptions;
  /** Puts something between a forward and its consumer, to try what other queues do. */
  readonly wrapConsumer?: (consumer: Consumer) => Consumer;
}

const unwrapped = (consumer: Consumer): Consumer => consumer;

export function embeddedQueueParts({
  embeddedQueue,
  wrapConsumer = unwrapped,
}: QueueOptions = {}): QueueParts {
  const publisher = createEmbeddedQueue(embeddedQueue);
  const deadLetters = createEmbeddedDeadLetterStore();
  const drains = createDrains();
  return {
    publisher,
    deadLetters,
    deadLetterStore: deadLetters,
    attach: (leaseMs, createDrain) => {
      const own: { drain?: Drain } = {};
      const subscription = publisher.subscribe(({ messageId, orderingKey }) => {
        void own.drain?.look({ messageId, key: orderingKey ?? messageId });
      });
      own.drain = createDrain(wrapConsumer(subscription.createConsumer(leaseMs)));
      drains.add(own.drain);
      return Promise.resolve();
    },
    stop: async (timeoutMs) => {
      await within(publisher.idle(), timeoutMs - STOP_DRAIN_MS);
      await drains.stop(STOP_DRAIN_MS);
      await Promise.all([publisher.close(), deadLetters.close()]);
      return publisher.pending();
    },
  };
}

export interface PubSubSettings extends Pick<QueueOptions, 'wrapConsumer'> {
  readonly emulatorHost: string;
  readonly publishTimeoutMs: number;
  readonly maxPendingBytes: number;
  readonly log: Logger;
}

/** Topics of this run alone, deleted with it: the segments they belong to are forgotten as well. */
export function pubsubQueueParts(run: Run, settings: PubSubSettings): QueueParts {
  const { emulatorHost, publishTimeoutMs: timeoutMs, maxPendingBytes, log } = settings;
  const { wrapConsumer = unwrapped } = settings;
  const topic = run.name;
  const deadLetterTopic = `${run.name}-dead-letters`;
  const connection = { projectId: LOCAL_PROJECT, emulatorHost };
  const publisher = createPubSubPublisher({ ...connection, topic, timeoutMs });
  const deadLetters = createPubSubPublisher({ ...connection, topic: deadLetterTopic, timeoutMs });
  const deadLetterStore = createPubSubDeadLetterStore({
    projectId: LOCAL_PROJECT,
    subscription: deadLetterTopic,
    quietMs: EMULATOR_QUIET_MS,
  });
  const drains = createDrains();
  const consumers: Consumer[] = [];
  const servers: ReturnType<typeof trackRequests>[] = [];
  let provisioned: ProvisionedPull | undefined;

  return {
    publisher,
    deadLetters,
    deadLetterStore,
    attach: async (leaseMs, createDrain) => {
      const subscription = `${topic}-forward-${consumers.length + 1}`;
      const consumer = wrapConsumer(createPubSubConsumer({ ...connection, subscription, leaseMs }));
      const drain = createDrain(consumer);
      const { server, url } = await listenLocally(
        createWakeHandler(createWakeHost(drain), { log, maxPendingBytes }),
        0,
      );
      servers.push(trackRequests(server));
      consumers.push(consumer);
      provisioned ??= await provisionPull({ projectId: LOCAL_PROJECT, topic, deadLetterTopic });
      await provisioned.addSubscriptions(subscription, [url]);
      drains.add(drain);
    },
    stop: async (timeoutMs) => {
      const stopForwards = async () => {
        await drains.stop(STOP_DRAIN_MS);
        await provisioned?.remove();
        await Promise.all(servers.map((endRequests) => endRequests(1_000)));
      };
      await within(stopForwards(), timeoutMs);
      const clients = [publisher, deadLetters, deadLetterStore, ...consumers];
      await within(Promise.all(clients.map((client) => client.close())), 500);
      return undefined;
    },
  };
}
