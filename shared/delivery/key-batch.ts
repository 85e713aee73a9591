/** The interface between the drain and what delivers a key batch. */
import type { Delivery } from '../queue/queue.ts';

/** The queue's hold on the messages of a delivery: the drain's view of their lease. */
export interface Hold {
  /** True while the lease outlasts a call. Asked at the moment of sending; no call begins otherwise. */
  mayCall(): boolean;
  /** True once the lease has ended: the messages come again, and what calls answer is ignored. */
  isLost(): boolean;
  /** Waits a moment. False: put the rest back instead of looking again. */
  lookAgain(): Promise<boolean>;
}

/** The reason for which messages wait. */
export interface Wait {
  readonly reason: string;
  /** The audience that is not ready; undefined: the platform is paused, or its calls fail. */
  readonly audience?: string | undefined;
  /** Milliseconds after which looking again can help, where they are known. */
  readonly remainingMs?: number | undefined;
}

export interface KeyBatchResult {
  /** Number of messages, from the oldest on, that are done with: delivered, or dead letters. */
  readonly settled: number;
  /** Members in calls, for the gathering of a busy key. */
  readonly members: number;
  /** Present when messages are left: they must come again. */
  readonly wait?: Wait | undefined;
  /** Present when a creation among the settled ones waits in the audience map, to be tried again. */
  readonly postponed?: Wait | undefined;
}

/**
 * Delivers the messages of one ordering key as if they were one. Does not throw.
 * @param hasCrashed true: they were in hand at several crashes, and end as dead letters, undecoded
 */
export type DeliverKeyBatch = (
  messages: readonly Delivery[],
  hold: Hold,
  hasCrashed?: boolean,
) => Promise<KeyBatchResult>;
