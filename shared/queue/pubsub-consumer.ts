import { z } from 'zod';
import { checkedSeconds, type Consumer, type KeyBatch, type LeasedMessage } from './consumer.ts';
import { createPubSubApi, queueUnavailable, type PubSubConnection } from './pubsub-rest.ts';

/** Deadline of the pull subscription: the lease of what a pull hands out. Terraform and local runs set it. */
export const ACK_DEADLINE_SECONDS = 15;
/** Pub/Sub takes 1,000 messages a pull, and some 2,500 ack ids a call (documented: 512 kB). */
const MAX_MESSAGES_PER_PULL = 1_000;
const ACK_IDS_PER_CALL = 1_000;
/** A pull that ends early leaves its messages leased to nobody, so it gets time. */
const PULL_TIMEOUT_MS = 60_000;
const CALL_TIMEOUT_MS = 5_000;
/** Assumed of messages, until some were pulled. */
const FIRST_ASSUMED_BYTES = 10_000;

export interface PubSubConsumerOptions extends PubSubConnection {
  /** Name of the pull subscription. It has ordering switched on and no retry policy. */
  readonly subscription: string;
  readonly leaseMs: number;
  /** The subscription's own deadline, where it is another: in tests. */
  readonly ackDeadlineMs?: number | undefined;
}

/**
 * Source: Pub/Sub REST reference, `subscriptions.pull`, ReceivedMessage (documented). An empty answer
 * has no `receivedMessages`.
 */
const pulled = z.object({
  receivedMessages: z
    .array(
      z.object({
        ackId: z.string(),
        message: z.object({
          data: z.string().default(''),
          attributes: z.record(z.string(), z.string()).default({}),
          messageId: z.string(),
          publishTime: z.iso.datetime({ offset: true }),
          orderingKey: z.string().default(''),
        }),
      }),
    )
    .default([]),
});

/**
 * Pulls from a Pub/Sub subscription by unary pulls over REST. Streaming pulls hand out more of a key at
 * once, and a key that fails then fills the window of the others (docs/decisions/0025).
 */
export function createPubSubConsumer(options: PubSubConsumerOptions): Consumer {
  const { projectId, subscription, leaseMs } = options;
  const { ackDeadlineMs = ACK_DEADLINE_SECONDS * 1_000 } = options;
  const path = `/v1/projects/${projectId}/subscriptions/${encodeURIComponent(subscription)}`;
  const api = createPubSubApi(options);
  /** Bytes of the largest message of the last pull: Pub/Sub bounds the number of messages only. */
  let largestBytes = FIRST_ASSUMED_BYTES;

  async function call(method: string, body: object, timeoutMs = CALL_TIMEOUT_MS): Promise<unknown> {
    try {
      return await api.call('POST', `${path}:${method}`, { body, timeoutMs });
    } catch (error) {
      const text = `Pub/Sub did not answer ${method}: check the subscription, its grants and the network.`;
      throw queueUnavailable(text, error);
    }
  }

  async function callWithIds(
    method: string,
    messages: readonly LeasedMessage[],
    body: object = {},
  ): Promise<void> {
    for (let start = 0; start < messages.length; start += ACK_IDS_PER_CALL) {
      const part = messages.slice(start, start + ACK_IDS_PER_CALL);
      await call(method, { ...body, ackIds: part.map(({ ackId }) => ackId) });
    }
  }

  const setDeadline = (messages: readonly LeasedMessage[], seconds: number) =>
    callWithIds('modifyAckDeadline', messages, { ackDeadlineSeconds: seconds });
  const extend = (messages: readonly LeasedMessage[]) =>
    setDeadline(messages, Math.ceil(leaseMs / 1_000));

  return {
    leaseMs,
    pull: async ({ maxMessages, maxBytes }) => {
      const fitting = Math.max(1, Math.floor(maxBytes / largestBytes));
      const body = {
        // Deprecated, and the only way to ask without waiting; empty answers are not believed at once.
        returnImmediately: true,
        maxMessages: Math.min(MAX_MESSAGES_PER_PULL, maxMessages, fitting),
      };
      const startedAt = Date.now();
      const answer = pulled.safeParse(await call('pull', body, PULL_TIMEOUT_MS));
      if (!answer.success)
        throw queueUnavailable('Pub/Sub answered a pull unreadably.', answer.error);
      const batches = groupByKey(answer.data.receivedMessages);
      const messages = batches.flatMap((batch) => batch.messages);
      if (messages.length === 0) return [];
      largestBytes = Math.max(...messages.map(({ data }) => data.length), 1);
      if (leaseMs <= ackDeadlineMs) return batches;
      // A late extension succeeds, and means nothing: the messages come again.
      if (Date.now() - startedAt >= ackDeadlineMs) return [];
      await extend(messages);
      return batches;
    },
    acknowledge: (messages) => callWithIds('acknowledge', messages),
    putBack: async (messages, seconds) => setDeadline(messages, checkedSeconds(seconds)),
    extend,
    close: () => {
      api.close();
      return Promise.resolve();
    },
  };
}

type Received = z.output<typeof pulled>['receivedMessages'];

function groupByKey(received: Received): KeyBatch[] {
  const byKey = Map.groupBy(received, ({ message }) =>
    message.orderingKey === '' ? message.messageId : message.orderingKey,
  );
  return [...byKey].map(([key, ofKey]) => ({ key, messages: ofKey.map(toLeased) }));
}

function toLeased({ ackId, message }: Received[number]): LeasedMessage {
  return {
    ackId,
    messageId: message.messageId,
    data: Buffer.from(message.data, 'base64'),
    attributes: message.attributes,
    publishTime: new Date(message.publishTime),
  };
}
