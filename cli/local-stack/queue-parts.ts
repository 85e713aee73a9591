/** The queue of the local stack: embedded, or Pub/Sub's emulator with real subscriptions. */
import { createForwardHandler } from '../../functions/forward/handler.ts';
import type { WakeHost } from '../../functions/forward/wake-host.ts';
import type { DeadLetterStore } from '../../shared/dead-letters/dead-letter-store.ts';
import { createEmbeddedDeadLetterStore } from '../../shared/dead-letters/embedded-dead-letter-store.ts';
import { createPubSubDeadLetterStore } from '../../shared/dead-letters/pubsub-dead-letter-store.ts';
import type { DrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import { logQueueCallFailed, loggedError } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Consumer } from '../../shared/queue/consumer.ts';
import {
  createEmbeddedQueue,
  type EmbeddedQueueOptions,
} from '../../shared/queue/embedded-queue.ts';
import { createPubSubConsumer } from '../../shared/queue/pubsub-consumer.ts';
import { provision, wakeOf, type Provisioned } from '../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { createPusher, type Pusher } from '../../shared/queue/push-from-consumer.ts';
import type { Publisher } from '../../shared/queue/queue.ts';
import { routeByKind } from '../../shared/queue/route-by-kind.ts';
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
   * Adds the subscriptions of a forward, which is woken by what is published; call it again only when it
   * has resolved.
   */
  attach(leaseMs: number, create: (consumer: Consumer) => DrainedDelivery): Promise<void>;
  /**
   * Waits up to `timeoutMs` for what is queued to be acknowledged. Resolves with the number of messages
   * that were not, where the queue can tell.
   */
  stop(timeoutMs: number): Promise<number | undefined>;
}

/** Forwards and the sweep that looks at them all. */
function createForwards() {
  const forwards: DrainedDelivery[] = [];
  const pushers: Pusher[] = [];
  const sweep = setInterval(() => {
    for (const one of [...forwards, ...pushers]) void one.look();
  }, SWEEP_MS);
  return {
    add: (forward: DrainedDelivery, pusher?: Pusher) => {
      forwards.push(forward);
      if (pusher !== undefined) pushers.push(pusher);
    },
    stop: async (timeoutMs: number) => {
      clearInterval(sweep);
      await Promise.all(forwards.map((forward) => forward.stop(timeoutMs)));
    },
  };
}

const NEVER_GONE = new AbortController().signal;
/** A creation may wait for a call and then be called; nothing extends the lease of a pushed message. */
const CONTROL_LEASE_MS = 600_000;

export interface QueueOptions {
  /** Settings of both topics' embedded queues. */
  readonly embeddedQueue?: EmbeddedQueueOptions;
  /** Puts something between a forward and its consumer, to try what other queues do. */
  readonly wrapConsumer?: (consumer: Consumer) => Consumer;
}

const unwrapped = (consumer: Consumer): Consumer => consumer;

export function embeddedQueueParts(
  log: Logger,
  { embeddedQueue, wrapConsumer = unwrapped }: QueueOptions = {},
): QueueParts {
  const mutations = createEmbeddedQueue(embeddedQueue);
  const control = createEmbeddedQueue(embeddedQueue);
  const publisher = routeByKind({ mutations, control });
  const deadLetters = createEmbeddedDeadLetterStore();
  const forwards = createForwards();
  return {
    publisher,
    deadLetters,
    deadLetterStore: deadLetters,
    attach: (leaseMs, create) => {
      const own: { forward?: DrainedDelivery; pusher?: Pusher } = {};
      const pulled = mutations.subscribe(({ messageId, orderingKey }) => {
        void own.forward?.look({ messageId, key: orderingKey ?? messageId });
      });
      const pushed = control.subscribe(() => void own.pusher?.look());
      const forward = create(wrapConsumer(pulled.createConsumer(leaseMs)));
      own.forward = forward;
      own.pusher = createPusher({
        consumer: pushed.createConsumer(CONTROL_LEASE_MS),
        push: (delivery, key) => forward.push(delivery, key, NEVER_GONE),
        onFailed: (error) => {
          logQueueCallFailed(log, 'push', loggedError(error));
        },
      });
      forwards.add(own.forward, own.pusher);
      return Promise.resolve();
    },
    stop: async (timeoutMs) => {
      const idle = Promise.all([mutations.idle(), control.idle()]);
      await within(idle, timeoutMs - STOP_DRAIN_MS);
      await forwards.stop(STOP_DRAIN_MS);
      await Promise.all([publisher.close(), deadLetters.close()]);
      return mutations.pending() + control.pending();
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
  const topics = {
    topic: run.name,
    controlTopic: `${run.name}-control`,
    deadLetterTopic: `${run.name}-dead-letters`,
  };
  const connection = { projectId: LOCAL_PROJECT, emulatorHost };
  const publisherOf = (topic: string) => createPubSubPublisher({ ...connection, topic, timeoutMs });
  const publisher = routeByKind({
    mutations: publisherOf(topics.topic),
    control: publisherOf(topics.controlTopic),
  });
  const deadLetters = publisherOf(topics.deadLetterTopic);
  const deadLetterStore = createPubSubDeadLetterStore({
    projectId: LOCAL_PROJECT,
    subscription: topics.deadLetterTopic,
    quietMs: EMULATOR_QUIET_MS,
  });
  const forwards = createForwards();
  const consumers: Consumer[] = [];
  const servers: ReturnType<typeof trackRequests>[] = [];
  let provisioned: Provisioned | undefined;

  return {
    publisher,
    deadLetters,
    deadLetterStore,
    attach: async (leaseMs, create) => {
      const subscription = `${run.name}-forward-${consumers.length + 1}`;
      const consumer = wrapConsumer(createPubSubConsumer({ ...connection, subscription, leaseMs }));
      const forward = create(consumer);
      const handler = createForwardHandler({
        host: unheld(forward),
        push: (delivery, key, gone) => forward.push(delivery, key, gone),
        wakeSubscription: wakeOf(subscription),
        log,
        maxPendingBytes,
      });
      const { server, url } = await listenLocally(handler, 0);
      servers.push(trackRequests(server));
      consumers.push(consumer);
      provisioned ??= await provision({ projectId: LOCAL_PROJECT, ...topics });
      await provisioned.addForward(subscription, [url]);
      forwards.add(forward);
    },
    stop: async (timeoutMs) => {
      const stopForwards = async () => {
        await forwards.stop(STOP_DRAIN_MS);
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

/**
 * Answers wakes at once: this process needs no open request to go on, and of the emulator's two pushes at a
 * time a held one would be missing to the other forwards.
 */
function unheld(forward: DrainedDelivery): WakeHost {
  return {
    wake: (wake) => {
      void forward.look(wake);
      return Promise.resolve(204);
    },
    stop: (timeoutMs) => forward.stop(timeoutMs),
  };
}
