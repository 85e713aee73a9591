/** The queue of the local stack: embedded, or Pub/Sub's emulator with real push subscriptions. */
import { createForwardHandler, type ForwardSettings } from '../../functions/forward/handler.ts';
import type { DeadLetterStore } from '../../shared/dead-letters/dead-letter-store.ts';
import { createEmbeddedDeadLetterStore } from '../../shared/dead-letters/embedded-dead-letter-store.ts';
import { createPubSubDeadLetterStore } from '../../shared/dead-letters/pubsub-dead-letter-store.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import {
  createEmbeddedQueue,
  type EmbeddedQueueOptions,
} from '../../shared/queue/embedded-queue.ts';
import { provisionPush, type ProvisionedPush } from '../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import type { Publisher, Subscriber } from '../../shared/queue/queue.ts';
import { within } from '../../shared/within.ts';
import { LOCAL_PROJECT, type Run } from './run.ts';

/** The emulator is near: what it holds comes at once. */
const EMULATOR_QUIET_MS = 500;

export interface QueueParts {
  readonly publisher: Publisher;
  readonly deadLetters: Publisher;
  /** Where what is published there waits for an operator. */
  readonly deadLetterStore: DeadLetterStore;
  /** Adds a subscription, and starts its deliveries; call it again only when it has resolved. */
  attach(deliver: Subscriber): Promise<void>;
  /**
   * Waits up to `timeoutMs` for what is queued to be acknowledged. Resolves with the number of messages
   * that were not, where the queue can tell.
   */
  stop(timeoutMs: number): Promise<number | undefined>;
}

export function embeddedQueueParts(options: EmbeddedQueueOptions = {}): QueueParts {
  const publisher = createEmbeddedQueue(options);
  const deadLetters = createEmbeddedDeadLetterStore();
  return {
    publisher,
    deadLetters,
    deadLetterStore: deadLetters,
    attach: (deliver) => {
      publisher.subscribe(deliver);
      return Promise.resolve();
    },
    stop: async (timeoutMs) => {
      await within(publisher.idle(), timeoutMs);
      await Promise.all([publisher.close(), deadLetters.close()]);
      return publisher.pending();
    },
  };
}

/** Topics of this run alone, deleted with it: the segments they belong to are forgotten as well. */
export interface PubSubSettings extends ForwardSettings {
  readonly emulatorHost: string;
  readonly publishTimeoutMs: number;
}

export function pubsubQueueParts(run: Run, settings: PubSubSettings): QueueParts {
  const topic = run.name;
  const deadLetterTopic = `${run.name}-dead-letters`;
  const publisherOf = (name: string) =>
    createPubSubPublisher({
      projectId: LOCAL_PROJECT,
      topic: name,
      timeoutMs: settings.publishTimeoutMs,
      emulatorHost: settings.emulatorHost,
    });
  const publisher = publisherOf(topic);
  const deadLetters = publisherOf(deadLetterTopic);
  const deadLetterStore = createPubSubDeadLetterStore({
    projectId: LOCAL_PROJECT,
    subscription: deadLetterTopic,
    quietMs: EMULATOR_QUIET_MS,
  });
  const drains: ReturnType<typeof trackRequests>[] = [];
  let provisioned: ProvisionedPush | undefined;

  return {
    publisher,
    deadLetters,
    deadLetterStore,
    attach: async (deliver) => {
      const { server, url } = await listenLocally(createForwardHandler(deliver, settings), 0);
      drains.push(trackRequests(server));
      if (provisioned === undefined) {
        const wiring = { projectId: LOCAL_PROJECT, topic, deadLetterTopic, pushEndpoint: url };
        provisioned = await provisionPush(wiring);
      } else {
        await provisioned.addSubscription(url);
      }
    },
    stop: async (timeoutMs) => {
      const stopForwards = async () => {
        await provisioned?.remove();
        await Promise.all(drains.map((drain) => drain(1_000)));
      };
      await within(stopForwards(), timeoutMs);
      const clients = [publisher, deadLetters, deadLetterStore];
      await within(Promise.all(clients.map((client) => client.close())), 500);
      return undefined;
    },
  };
}
