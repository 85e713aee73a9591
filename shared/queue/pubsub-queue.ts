import { setImmediate as nextTurn } from 'node:timers/promises';
import { PubSub, type Topic } from '@google-cloud/pubsub';
import { boundedCall } from '../bounded-call.ts';
import { PlatformError } from '../errors.ts';
import type { OutgoingMessage, Publisher } from './queue.ts';

/**
 * After an outage the gRPC channel waits before it connects again, by default up to two minutes, and
 * fails every call meanwhile: intake must work again as soon as Pub/Sub does.
 */
const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 200,
};

export interface PubSubPublisherOptions {
  /** Default: the project of the credentials in force, or of the emulator. */
  readonly projectId?: string | undefined;
  /** Name of the topic, or `projects/P/topics/T`. */
  readonly topic: string;
  /** The client gives a message up after this time; without it, it would go on for ten minutes. */
  readonly timeoutMs: number;
}

/**
 * Publishes to a Pub/Sub topic. A message goes out at once; while one of its ordering key is in
 * flight, the client gathers the next ones and sends them in one call when it returns.
 */
export function createPubSubPublisher(options: PubSubPublisherOptions): Publisher {
  const { projectId, timeoutMs } = options;
  const pubsub = new PubSub({ ...RECONNECT, ...(projectId === undefined ? {} : { projectId }) });
  const topic = pubsub.topic(options.topic, {
    messageOrdering: true,
    batching: { maxMessages: 1 },
    gaxOpts: boundedCall(timeoutMs),
  });

  return {
    publish: async (message) => {
      try {
        return await topic.publishMessage(toPubSub(message));
      } catch (error) {
        await resume(topic, message.orderingKey);
        const text =
          'Pub/Sub did not acknowledge in time: check the topic, its grants and the network.';
        throw new PlatformError('QUEUE_UNAVAILABLE', text, { cause: error });
      }
    },
    close: async () => {
      await topic.flush();
      await pubsub.close();
    },
  };
}

/**
 * After a failure the client refuses all messages of the key until told to go on, lest order be
 * lost. Ours is kept all the same: the failed request is answered 503, and whoever repeats it
 * publishes anew, behind what was published since.
 */
async function resume(topic: Topic, orderingKey: string | undefined): Promise<void> {
  if (orderingKey === undefined) return;
  // The client rejects the publish first and marks the key after that.
  await nextTurn();
  topic.resumePublishing(orderingKey);
}

function toPubSub({ data, attributes, orderingKey }: OutgoingMessage) {
  return {
    data: Buffer.from(data),
    attributes: { ...attributes },
    ...(orderingKey === undefined ? {} : { orderingKey }),
  };
}
