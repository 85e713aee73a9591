/**
 * The way out of the queue, by pulling. Implementations: embedded-queue.ts (in process) and
 * pubsub-consumer.ts; both pass test/contracts/consumer.contract.ts.
 *
 * Every implementation keeps this: of an ordering key at most one key batch is handed out at a time, in
 * the order of publishing; a message that is neither acknowledged nor extended before its lease ends
 * comes again, and everything after it of its key; keys do not hold up each other.
 */
import type { Delivery } from './queue.ts';

/** A message that a pull handed out, with the id by which it is acknowledged. */
export interface LeasedMessage extends Delivery {
  readonly ackId: string;
}

/** All messages of one ordering key that one pull handed out, oldest first. */
export interface KeyBatch {
  /** The ordering key; of a message without one, its own id. */
  readonly key: string;
  readonly messages: readonly LeasedMessage[];
}

/** Bounds of one pull, over all keys. */
export interface PullLimits {
  readonly maxMessages: number;
  /** Bytes of `data`; one message is handed out whatever its size. Pub/Sub cannot bound bytes exactly. */
  readonly maxBytes: number;
}

export interface Consumer {
  /** Duration of a lease, from a pull or an extension, in milliseconds. */
  readonly leaseMs: number;
  /**
   * Hands out what waits, without waiting for more; their leases run from the moment of the call. It may
   * return nothing although messages wait.
   * @throws PlatformError QUEUE_UNAVAILABLE (retryable). What was handed out then comes again.
   */
  pull(limits: PullLimits): Promise<KeyBatch[]>;
  /**
   * Acknowledges messages from the beginning of a key batch. A message whose lease has ended may come again.
   * @throws PlatformError QUEUE_UNAVAILABLE (retryable)
   */
  acknowledge(messages: readonly LeasedMessage[]): Promise<void>;
  /**
   * Hands the messages out again in `seconds`, in their order. They must be all that is left of their key
   * batch.
   * @param seconds 1 or more: Pub/Sub's emulator brings what comes back at once behind newer messages
   * @throws RangeError for less than a second
   * @throws PlatformError QUEUE_UNAVAILABLE (retryable): they come again when their lease ends
   */
  putBack(messages: readonly LeasedMessage[], seconds: number): Promise<void>;
  /**
   * Begins the leases anew. Extend only leases that still run: for others this resolves as well, and does
   * nothing.
   * @throws PlatformError QUEUE_UNAVAILABLE (retryable)
   */
  extend(messages: readonly LeasedMessage[]): Promise<void>;
  /** Ends the connection. What is held comes again when its lease ends. */
  close(): Promise<void>;
}

/** The time after which messages that are put back come again, in whole seconds. */
export function checkedSeconds(seconds: number): number {
  if (seconds >= 1) return Math.ceil(seconds);
  throw new RangeError(`A key batch is put back by a second or more, not by ${seconds} seconds.`);
}
