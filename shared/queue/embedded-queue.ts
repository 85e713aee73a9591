import { randomUUID } from 'node:crypto';
import { PlatformError } from '../errors.ts';
import { sleep } from '../sleep.ts';
import type { Delivery, OutgoingMessage, Publisher, Settlement, Subscriber } from './queue.ts';

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
  /** Delivers to `subscriber`, first of all what was published before. One subscriber a queue. */
  subscribe(subscriber: Subscriber): void;
  /** Messages stored and not yet acknowledged. */
  pending(): number;
  /** Resolves once every message is acknowledged. */
  idle(): Promise<void>;
}

interface Stored extends OutgoingMessage {
  readonly messageId: string;
  readonly publishTime: Date;
}

/**
 * A complete queue in the memory of the process: what the local stack and the tests run on. Messages
 * do not survive the process.
 */
export function createEmbeddedQueue(options: EmbeddedQueueOptions = {}): EmbeddedQueue {
  const { minBackoffMs = 100, maxBackoffMs = 2_000, maxBytes = MAX_BYTES } = options;
  const { publishRoundTripMs = 0 } = options;
  /** Unacknowledged messages by ordering key, oldest first; a message without a key has its own. */
  const lanes = new Map<string, Stored[]>();
  const closing = new AbortController();
  let subscriber: Subscriber | undefined;
  let pending = 0;
  let bytes = 0;
  let onIdle: (() => void)[] = [];

  async function drain(key: string, lane: Stored[], deliver: Subscriber): Promise<void> {
    for (let head = lane[0]; head !== undefined; head = lane[0]) {
      const acknowledged = await deliverUntilAcknowledged(head, deliver);
      if (!acknowledged) return;
      lane.shift();
      bytes -= head.data.length;
      settleOne();
    }
    lanes.delete(key);
  }

  async function deliverUntilAcknowledged(message: Stored, deliver: Subscriber): Promise<boolean> {
    for (let attempt = 1; !closing.signal.aborted; attempt += 1) {
      const settlement = await settle({ ...message, deliveryAttempt: attempt }, deliver);
      if (settlement === 'ack') return true;
      const ceiling = Math.min(maxBackoffMs, minBackoffMs * 2 ** (attempt - 1));
      if (!(await sleep(Math.random() * ceiling, closing.signal))) return false;
    }
    return false;
  }

  async function settle(delivery: Delivery, deliver: Subscriber): Promise<Settlement> {
    try {
      return await deliver(delivery, closing.signal);
    } catch {
      // The contract of Subscriber: a rejection is a nack. The subscriber logs its own failures.
      return 'nack';
    }
  }

  function settleOne(): void {
    pending -= 1;
    if (pending > 0) return;
    const waiting = onIdle;
    onIdle = [];
    for (const resolve of waiting) resolve();
  }

  function start(key: string, lane: Stored[]): void {
    const deliver = subscriber;
    if (deliver !== undefined) setImmediate(() => void drain(key, lane, deliver));
  }

  function store(message: OutgoingMessage): string {
    const stored = { ...message, messageId: randomUUID(), publishTime: new Date() };
    const key = message.orderingKey ?? stored.messageId;
    pending += 1;
    bytes += message.data.length;
    const lane = lanes.get(key);
    if (lane === undefined) {
      const opened = [stored];
      lanes.set(key, opened);
      start(key, opened);
    } else {
      lane.push(stored);
    }
    return stored.messageId;
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
    subscribe: (first) => {
      if (subscriber !== undefined) throw new TypeError('The queue has a subscriber already.');
      subscriber = first;
      for (const [key, lane] of lanes) start(key, lane);
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
