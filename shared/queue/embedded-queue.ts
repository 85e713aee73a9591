import { randomUUID } from 'node:crypto';
import { PlatformError } from '../errors.ts';
import { sleep } from '../sleep.ts';
import {
  createEmbeddedSubscription,
  type EmbeddedSubscription,
  type StoredMessage,
} from './embedded-subscription.ts';
import type { OutgoingMessage, Publisher } from './queue.ts';

export interface EmbeddedQueueOptions {
  /** What is published beyond this many bytes is refused until something is acknowledged. */
  readonly maxBytes?: number;
  /** Time a publish takes to be acknowledged, to try what a real queue's costs. */
  readonly publishRoundTripMs?: number;
}

/** A tenth of what a laptop's process may grow to. */
const MAX_BYTES = 200_000_000;

/** A wake: what a push subscription does for Pub/Sub. */
export type OnPublished = (message: StoredMessage) => void;

export interface EmbeddedQueue extends Publisher {
  /**
   * Adds a subscription, which gets every message published from now on. The first one gets what was
   * published before it as well: nothing is lost while there is no subscription.
   * @param onPublished called for each of them, once it can be pulled
   */
  subscribe(onPublished?: OnPublished): EmbeddedSubscription;
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
  const { maxBytes = MAX_BYTES, publishRoundTripMs = 0 } = options;
  const subscriptions: { subscription: EmbeddedSubscription; onPublished: OnPublished }[] = [];
  let isClosed = false;
  /** Published before the first subscription. */
  let early: StoredMessage[] = [];
  /** Messages that somebody has yet to acknowledge; each counts who has to. */
  let pending = 0;
  let bytes = 0;
  let onIdle: (() => void)[] = [];
  /** The newest publish time: those of a key never decrease, also when the clock is set back. */
  let newest = 0;

  function store(message: OutgoingMessage): string {
    newest = Math.max(newest, Date.now());
    const stored: StoredMessage = {
      ...message,
      messageId: randomUUID(),
      publishTime: new Date(newest),
      unacknowledgedBy: Math.max(1, subscriptions.length),
    };
    bytes += stored.data.length;
    pending += 1;
    if (subscriptions.length === 0) early.push(stored);
    for (const { subscription, onPublished } of subscriptions) {
      subscription.add(stored);
      onPublished(stored);
    }
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
      if (isClosed) {
        throw unavailable('The embedded queue is closed: the process is stopping.');
      }
      if (bytes + message.data.length > maxBytes) {
        throw unavailable('The embedded queue is full: the third party takes less than arrives.');
      }
      const messageId = store(message);
      if (publishRoundTripMs > 0) await sleep(publishRoundTripMs);
      return messageId;
    },
    subscribe: (onPublished = () => undefined) => {
      const subscription = createEmbeddedSubscription(onAcknowledged);
      subscriptions.push({ subscription, onPublished });
      for (const message of early) {
        subscription.add(message);
        onPublished(message);
      }
      early = [];
      return subscription;
    },
    pending: () => pending,
    idle: () =>
      pending === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            onIdle.push(resolve);
          }),
    close: () => {
      isClosed = true;
      return Promise.resolve();
    },
  };
}

function unavailable(text: string): PlatformError {
  return new PlatformError('QUEUE_UNAVAILABLE', text);
}
