/** The queue of the local stack: embedded, or Pub/Sub's emulator with a real push subscription. */
import { createForwardHandler } from '../../functions/forward/handler.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import type { Logger } from '../../shared/logger.ts';
import { createEmbeddedQueue } from '../../shared/queue/embedded-queue.ts';
import { provisionPush } from '../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import type { Publisher, Subscriber } from '../../shared/queue/queue.ts';
import { within } from '../../shared/within.ts';
import { LOCAL_PROJECT, type Run } from './run.ts';

export interface QueueParts {
  readonly publisher: Publisher;
  readonly deadLetters: Publisher;
  /** Starts the deliveries. */
  attach(deliver: Subscriber): Promise<void>;
  /**
   * Waits up to `timeoutMs` for what is queued to be acknowledged. Resolves with the number of messages
   * that were not, where the queue can tell.
   */
  stop(timeoutMs: number): Promise<number | undefined>;
}

export function embeddedQueueParts(): QueueParts {
  const publisher = createEmbeddedQueue();
  const deadLetters = createEmbeddedQueue();
  return {
    publisher,
    deadLetters,
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
export function pubsubQueueParts(run: Run, publishTimeoutMs: number, log: Logger): QueueParts {
  const topic = run.name;
  const deadLetterTopic = `${run.name}-dead-letters`;
  const publisherOf = (name: string) =>
    createPubSubPublisher({
      projectId: LOCAL_PROJECT,
      topic: name,
      timeoutMs: publishTimeoutMs,
    });
  const publisher = publisherOf(topic);
  const deadLetters = publisherOf(deadLetterTopic);
  let stopForward = (): Promise<void> => Promise.resolve();

  return {
    publisher,
    deadLetters,
    attach: async (deliver) => {
      const { server, url } = await listenLocally(createForwardHandler(deliver, log), 0);
      const drain = trackRequests(server);
      const wiring = { projectId: LOCAL_PROJECT, topic, deadLetterTopic, pushEndpoint: url };
      const provisioned = await provisionPush(wiring);
      stopForward = async () => {
        await provisioned.remove();
        await drain(1_000);
      };
    },
    stop: async (timeoutMs) => {
      await within(stopForward(), timeoutMs);
      await within(Promise.all([publisher.close(), deadLetters.close()]), 500);
      return undefined;
    },
  };
}
