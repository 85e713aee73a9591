import { randomUUID } from 'node:crypto';
import { PlatformError } from '../errors.ts';
import { sleep } from '../sleep.ts';
import {
  createEmbeddedSubscription,
  type EmbeddedSubscription,
  type StoredMessage,
} from './embedded-subscription.ts';
import type { OutgoingMessage, Publisher, Subscriber } from './queue.ts';

export interface EmbeddedQueueOptions {
  /** First and longest wait before a redelivery; it doubles in between, with full jitter. */
  readonly minBackoffMs?: number;
  readonly maxBackoffMs?: number;
  /** What is published beyond this many bytes is refused until something is acknowledged. */
  readonly maxBytes?: number;
  /** Time a publish takes to be acknowledged, to try what a real queue's costs. */
  readonly publishRoundTripMs?: number;
}

/** A tenth of what a laptop's process may grow to. */
const MAX_BYTES = 200_000_000;

export interface EmbeddedQueue extends Publisher {
  /**
   * Adds a subscription, which gets every message published from now on. The first one gets what was
   * published before it as well: nothing is lost for want of a subscriber.
   */
  subscribe(subscriber: Subscriber): void;
  /** Messages stored and not yet acknowledged by all subscriptions that have them. */
  pending(): number;
  /** Resolves once every message is acknowledged, by all. */
  idle(): Promise<void>;
}

/**
 * A complete queue in the memory of the process: what the local stack and the tests run on. Messages
 * do not survive the process.
 */
export function createEmbeddedQueue(options: EmbeddedQueueOptions = {}): EmbeddedQueue {
  const { minBackoffMs = 100, maxBackoffMs = 2_000, maxBytes = MAX_BYTES } = options;
  const { publishRoundTripMs = 0 } = options;
  const subscriptions: EmbeddedSubscription[] = [];
  const closing = new AbortController();
  /** Published before the first subscription. */
  let early: StoredMessage[] = [];
  /** Messages that somebody has yet to acknowledge; each counts who has to. */
  let pending = 0;
  let bytes = 0;
  let onIdle: (() => void)[] = [];

  function store(message: OutgoingMessage): string {
    const stored: StoredMessage = {
      ...message,
      messageId: randomUUID(),
      publishTime: new Date(),
      unacknowledgedBy: Math.max(1, subscriptions.length),
    };
    bytes += stored.data.length;
    pending += 1;
    if (subscriptions.length === 0) early.push(stored);
    for (const subscription of subscriptions) subscription.add(stored);
    return stored.messageId;
  }

  function onAcknowledged(message: StoredMessage): void {
    message.unacknowledgedBy -= 1;
    if (message.unacknowledgedBy > 0) return;
    pending -= 1;
    bytes -= message.data.length;
    if (pending > 0) return;
    const waiting = onIdle;
    onIdle = [];
    for (const resolve of waiting) resolve();
  }

  return {
    publish: async (message) => {
      if (closing.signal.aborted) {
        throw unavailable('The embedded queue is closed: the process is stopping.');
      }
      if (bytes + message.data.length > maxBytes) {
        throw unavailable('The embedded queue is full: the third party takes less than arrives.');
      }
      const messageId = store(message);
      if (publishRoundTripMs > 0) await sleep(publishRoundTripMs);
      return messageId;
    },
    subscribe: (subscriber) => {
      const { signal } = closing;
      const settings = { minBackoffMs, maxBackoffMs, closing: signal, onAcknowledged };
      const subscription = createEmbeddedSubscription(subscriber, settings);
      subscriptions.push(subscription);
      for (const message of early) subscription.add(message);
      early = [];
    },
    pending: () => pending,
    idle: () =>
      pending === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            onIdle.push(resolve);
          }),
    close: () => {
      closing.abort();
      return Promise.resolve();
    },
  };
}

function unavailable(text: string): PlatformError {
  return new PlatformError('QUEUE_UNAVAILABLE', text);
}
