/**
 * The queue between intake and forward, in Pub/Sub's terms: the way in, and a message as it comes out.
 * Implementations: embedded-queue.ts (in process) and pubsub-queue.ts. The way out is a
 * Consumer (consumer.ts); control messages are pushed.
 *
 * Every implementation keeps this: a resolved publish means stored; deliveries are at least once.
 */

export interface OutgoingMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Messages with the same key are delivered in the order of their publishing. ≤ 1024 bytes. */
  readonly orderingKey?: string;
}

/** Bytes of `data` that go in one publish. Pub/Sub takes 10 MB a call, and base64 makes 8 of 6. */
export const MAX_BYTES_PER_PUBLISH = 6_000_000;

/** Distance between the publishes of a busy ordering key: the shortest, and the one it grows to. */
export interface Spacing {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface Publisher {
  /**
   * Present where the queue hands out few messages of an ordering key at a time: who publishes for many
   * callers then gathers, so that a busy key has few and large messages.
   */
  readonly spacing?: Spacing | undefined;
  /**
   * Stores a message and resolves with its id. Messages of one key that are published in one turn of the
   * event loop are stored in their order, in as few calls as that allows.
   * @throws PlatformError QUEUE_UNAVAILABLE (retryable) when it could not be stored in time. The
   *   message may have been stored all the same: consumers must bear duplicates.
   */
  publish(message: OutgoingMessage): Promise<string>;
  /** Ends the connection after what is being published. */
  close(): Promise<void>;
}

/** A message that came out of the queue. */
export interface Delivery {
  readonly messageId: string;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly publishTime: Date;
  /** Counts from 1; unknown where the platform does not tell. */
  readonly deliveryAttempt?: number | undefined;
}

/** `ack`: done with. `nack`: deliver again later. A rejected promise counts as `nack`. */
export type Settlement = 'ack' | 'nack';
/**
 * Takes messages that are pushed, one by one.
 * @param gone aborted when the queue waits no more: it may be delivering the message elsewhere
 */
export type Subscriber = (delivery: Delivery, gone: AbortSignal) => Promise<Settlement>;
