import { z } from 'zod';
import { PlatformError } from '../errors.ts';
import { KEY_ATTRIBUTE } from './push-body.ts';
import { createPubSubApi, queueUnavailable, type PubSubConnection } from './pubsub-rest.ts';
import {
  MAX_BYTES_PER_PUBLISH,
  type OutgoingMessage,
  type Publisher,
  type Spacing,
} from './queue.ts';

/** Pub/Sub takes 1,000 messages in a call (documented). */
const MAX_MESSAGES_PER_CALL = 1_000;
/**
 * A pull hands out about ten messages of a key (reported, not documented). With these an audience keeps up
 * where a call to its platform takes up to 2 s, and nearly at 3 s.
 */
export const PUBSUB_SPACING: Spacing = { minMs: 200, maxMs: 400 };
const LINGER_MS = 10_000;

export interface PubSubPublisherOptions extends PubSubConnection {
  /** Name of the topic. */
  readonly topic: string;
  /** A message that is not acknowledged by then is given up. */
  readonly timeoutMs: number;
  /**
   * How long the key of a call that took too long waits for its end: what it carried may still be stored,
   * and must not come behind what is published next.
   */
  readonly lingerMs?: number;
}

interface Waiting {
  readonly message: OutgoingMessage;
  resolve(messageId: string): void;
  reject(error: PlatformError): void;
  /** Runs while it waits behind another call of its key. */
  timer?: NodeJS.Timeout;
}

const published = z.object({ messageIds: z.array(z.string()) });

/**
 * Publishes to a Pub/Sub topic. Messages of an ordering key that are published in one turn of the event
 * loop go in one call, at its end; while a call of the key is in flight, the next ones gather.
 */
export function createPubSubPublisher(options: PubSubPublisherOptions): Publisher {
  const { projectId, topic, timeoutMs, lingerMs = LINGER_MS } = options;
  const path = `/v1/projects/${projectId}/topics/${encodeURIComponent(topic)}:publish`;
  const api = createPubSubApi(options);
  const isEmulator = options.emulatorHost !== undefined;
  /** By ordering key; a key that is here has a call in flight, or one that begins when the turn ends. */
  const lanes = new Map<string, Waiting[]>();
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  /** Resolves once it is known what became of the batch, or not to be known any more. */
  async function send(batch: readonly Waiting[]): Promise<void> {
    const body = { messages: batch.map(({ message }) => toPubSub(message, isEmulator)) };
    const call = api.begin('POST', path, { body, timeoutMs, lingerMs });
    try {
      const { messageIds } = published.parse(await call.answer);
      for (const [index, waiting] of batch.entries()) {
        const messageId = messageIds[index];
        // No id, no acknowledgement.
        if (messageId === undefined) throw new RangeError('fewer ids than messages');
        waiting.resolve(messageId);
      }
    } catch (error) {
      for (const waiting of batch) waiting.reject(notAcknowledged(error));
      await call.over;
    }
  }

  /**
   * A failed message does not hold up those behind it, once it is known to have failed: its request is
   * answered 503, and whoever repeats it publishes anew, behind what was published since.
   */
  async function drain(key: string, lane: Waiting[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (lane.length > 0) {
      const batch = lane.splice(0, fittingInto(lane));
      for (const { timer } of batch) clearTimeout(timer);
      await send(batch);
    }
    lanes.delete(key);
  }

  function waitBehind(lane: Waiting[], waiting: Waiting): void {
    lane.push(waiting);
    waiting.timer = setTimeout(() => {
      lane.splice(lane.indexOf(waiting), 1);
      waiting.reject(notAcknowledged(new Error('The call before did not end.')));
    }, timeoutMs);
  }

  function begin(call: Promise<void>): void {
    underWay.add(call);
    void call.finally(() => underWay.delete(call));
  }

  function add(waiting: Waiting): void {
    const key = waiting.message.orderingKey;
    const lane = key === undefined ? undefined : lanes.get(key);
    if (lane !== undefined) {
      waitBehind(lane, waiting);
    } else if (key === undefined) {
      begin(send([waiting]));
    } else {
      const opened = [waiting];
      lanes.set(key, opened);
      begin(drain(key, opened));
    }
  }

  return {
    spacing: PUBSUB_SPACING,
    publish: (message) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new PlatformError('QUEUE_UNAVAILABLE', 'The publisher is closed.'));
          return;
        }
        add({ message, resolve, reject });
      }),
    close: async () => {
      isClosed = true;
      await Promise.all(underWay);
      api.close();
    },
  };
}

function notAcknowledged(cause: unknown): PlatformError {
  const text = 'Pub/Sub did not acknowledge in time: check the topic, its grants and the network.';
  return queueUnavailable(text, cause);
}

/** How many messages from the beginning go in one call, at least one. */
function fittingInto(lane: readonly Waiting[]): number {
  let bytes = 0;
  const tooMany = lane.findIndex(({ message }, index) => {
    bytes += message.data.length;
    return index > 0 && (bytes > MAX_BYTES_PER_PUBLISH || index >= MAX_MESSAGES_PER_CALL);
  });
  return tooMany === -1 ? lane.length : tooMany;
}

/** Source: Pub/Sub REST reference, PubsubMessage (documented). */
function toPubSub({ data, attributes, orderingKey }: OutgoingMessage, isEmulator: boolean) {
  const withKey = isEmulator && orderingKey !== undefined;
  return {
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    attributes: withKey ? { ...attributes, [KEY_ATTRIBUTE]: orderingKey } : attributes,
    ...(orderingKey === undefined ? {} : { orderingKey }),
  };
}
