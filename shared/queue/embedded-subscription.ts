import { sleep } from '../sleep.ts';
import type { Delivery, OutgoingMessage, Settlement, Subscriber } from './queue.ts';

/** A message in the embedded queue. */
export interface StoredMessage extends OutgoingMessage {
  readonly messageId: string;
  readonly publishTime: Date;
  /**
   * How many subscriptions have yet to acknowledge it. Not kept in a Map by message: decision 23 says
   * what one that is filled and emptied all the time costs.
   */
  unacknowledgedBy: number;
}

export interface EmbeddedSubscriptionOptions {
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Aborted when nothing more may be delivered. */
  readonly closing: AbortSignal;
  /** Told once of every message. */
  readonly onAcknowledged: (message: StoredMessage) => void;
}

export interface EmbeddedSubscription {
  add(message: StoredMessage): void;
}

/** One of the ways out of the embedded queue: it has its own order, redeliveries and acknowledgements. */
export function createEmbeddedSubscription(
  deliver: Subscriber,
  { minBackoffMs, maxBackoffMs, closing, onAcknowledged }: EmbeddedSubscriptionOptions,
): EmbeddedSubscription {
  /** Unacknowledged messages by ordering key, oldest first; a message without a key has its own. */
  const lanes = new Map<string, StoredMessage[]>();

  async function drain(key: string, lane: StoredMessage[]): Promise<void> {
    for (let head = lane[0]; head !== undefined; head = lane[0]) {
      if (!(await deliverUntilAcknowledged(head))) return;
      lane.shift();
      onAcknowledged(head);
    }
    lanes.delete(key);
  }

  async function deliverUntilAcknowledged(message: StoredMessage): Promise<boolean> {
    for (let attempt = 1; !closing.aborted; attempt += 1) {
      const settlement = await settle({ ...message, deliveryAttempt: attempt });
      if (settlement === 'ack') return true;
      const ceiling = Math.min(maxBackoffMs, minBackoffMs * 2 ** (attempt - 1));
      if (!(await sleep(Math.random() * ceiling, closing))) return false;
    }
    return false;
  }

  async function settle(delivery: Delivery): Promise<Settlement> {
    try {
      return await deliver(delivery, closing);
    } catch {
      // The contract of Subscriber: a rejection is a nack. The subscriber logs its own failures.
      return 'nack';
    }
  }

  return {
    add: (message) => {
      const key = message.orderingKey ?? message.messageId;
      const lane = lanes.get(key);
      if (lane !== undefined) {
        lane.push(message);
        return;
      }
      const opened = [message];
      lanes.set(key, opened);
      setImmediate(() => void drain(key, opened));
    },
  };
}
