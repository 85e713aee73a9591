import { randomUUID } from 'node:crypto';
import {
  checkedSeconds,
  type Consumer,
  type KeyBatch,
  type LeasedMessage,
  type PullLimits,
} from './consumer.ts';
import type { OutgoingMessage } from './queue.ts';

/** A message in the embedded queue. */
export interface StoredMessage extends OutgoingMessage {
  readonly messageId: string;
  readonly publishTime: Date;
  /**
   * Number of subscriptions that have yet to acknowledge it. Not kept in a Map by message: decision 23
   * says what one that is filled and emptied all the time costs.
   */
  unacknowledgedBy: number;
}

/** One of the ways out of the embedded queue: it has its own order, leases and acknowledgements. */
export interface EmbeddedSubscription {
  /** Adds a message behind those of its key. */
  add(message: StoredMessage): void;
  /** A consumer of the subscription. Several share its messages, as processes do. */
  createConsumer(leaseMs: number): Consumer;
}

/** The messages of one ordering key, oldest first. */
interface Lane {
  readonly key: string;
  messages: StoredMessage[];
  /** The key batch that was handed out last. While its lease runs, no other is. */
  lease?: { readonly id: string; count: number; until: number } | undefined;
}

/** @param onAcknowledged called once for every message */
export function createEmbeddedSubscription(
  onAcknowledged: (message: StoredMessage) => void,
): EmbeddedSubscription {
  /** Lanes with messages; the one served longest ago comes first. */
  const lanes = new Map<string, Lane>();

  /** The lane whose running lease a message was handed out under. */
  function laneOf({ ackId }: LeasedMessage): Lane | undefined {
    const end = ackId.indexOf('\n');
    const lane = lanes.get(ackId.slice(end + 1));
    const isRunning = lane?.lease?.id === ackId.slice(0, end) && lane.lease.until > Date.now();
    return isRunning ? lane : undefined;
  }

  function handOut(lane: Lane, count: number, leaseMs: number): KeyBatch {
    const lease = { id: randomUUID(), count, until: Date.now() + leaseMs };
    lane.lease = lease;
    lanes.delete(lane.key);
    lanes.set(lane.key, lane);
    const messages = lane.messages.slice(0, count).map((message): LeasedMessage => {
      const { messageId, data, attributes, publishTime } = message;
      return { messageId, data, attributes, publishTime, ackId: `${lease.id}\n${lane.key}` };
    });
    return { key: lane.key, messages };
  }

  function pull({ maxMessages, maxBytes }: PullLimits, leaseMs: number): KeyBatch[] {
    const batches: KeyBatch[] = [];
    let messages = 0;
    let bytes = 0;
    for (const lane of [...lanes.values()]) {
      if (lane.lease !== undefined && lane.lease.until > Date.now()) continue;
      let count = 0;
      for (const { data } of lane.messages) {
        const isFull = messages >= maxMessages || bytes + data.length > maxBytes;
        if (isFull && messages > 0) break;
        count += 1;
        messages += 1;
        bytes += data.length;
      }
      if (count === 0) break;
      batches.push(handOut(lane, count, leaseMs));
    }
    return batches;
  }

  /** Only a prefix: what is acknowledged out of order comes again, as in Pub/Sub. */
  function acknowledge(lane: Lane, messages: readonly LeasedMessage[]): void {
    const ids = new Set(messages.map(({ messageId }) => messageId));
    let done = 0;
    while (ids.has(lane.messages[done]?.messageId ?? '')) done += 1;
    const acknowledged = lane.messages.slice(0, done);
    lane.messages = lane.messages.slice(done);
    if (lane.lease !== undefined) lane.lease.count -= done;
    if (lane.lease?.count === 0) lane.lease = undefined;
    if (lane.messages.length === 0) lanes.delete(lane.key);
    for (const message of acknowledged) onAcknowledged(message);
  }

  function eachLane(
    messages: readonly LeasedMessage[],
    change: (lane: Lane, ofLane: readonly LeasedMessage[]) => void,
  ): Promise<void> {
    for (const [lane, ofLane] of Map.groupBy(messages, laneOf)) {
      if (lane !== undefined) change(lane, ofLane);
    }
    return Promise.resolve();
  }

  const leaseUntil = (time: number) => (lane: Lane) => {
    if (lane.lease !== undefined) lane.lease.until = time;
  };

  return {
    add: (message) => {
      const key = message.orderingKey ?? message.messageId;
      const lane = lanes.get(key);
      if (lane === undefined) lanes.set(key, { key, messages: [message] });
      else lane.messages.push(message);
    },
    createConsumer: (leaseMs) => ({
      leaseMs,
      pull: (limits) => Promise.resolve(pull(limits, leaseMs)),
      acknowledge: (messages) => eachLane(messages, acknowledge),
      putBack: async (messages, seconds) => {
        await eachLane(messages, leaseUntil(Date.now() + checkedSeconds(seconds) * 1_000));
      },
      extend: (messages) => eachLane(messages, leaseUntil(Date.now() + leaseMs)),
      close: () => Promise.resolve(),
    }),
  };
}
