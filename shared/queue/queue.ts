/**
 * The queue between intake and forward, in Pub/Sub's terms. Implementations: embedded-queue.ts (in
 * process) and pubsub-queue.ts; both pass test/contracts/queue.contract.ts.
 *
 * What every implementation keeps: a resolved publish means stored; deliveries are at least once; of
 * the messages of one ordering key only the oldest is delivered until it is acknowledged; keys do
 * not hold up each other.
 */

export interface OutgoingMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Messages with the same key are delivered in the order of their publishing. ≤ 1024 bytes. */
  readonly orderingKey?: string;
}

export interface Publisher {
  /**
   * Stores a message and resolves with its id.
   * @throws PlatformError QUEUE_UNAVAILABLE (retryable) when it could not be stored in time. The
   *   message may have been stored all the same: consumers must bear duplicates.
   */
  publish(message: OutgoingMessage): Promise<string>;
  /** Ends the connection after what is being published. */
  close(): Promise<void>;
}

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
/** @param gone aborted when the queue waits no more: it may be delivering the message elsewhere */
export type Subscriber = (delivery: Delivery, gone: AbortSignal) => Promise<Settlement>;
