/** The interface between the drain and what delivers a key batch. */
import type { Logger } from '../logger.ts';
import type { Delivery } from '../queue/queue.ts';
import { NO_OUTCOMES, type OutcomeCounts } from './member-outcome.ts';

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

/** Numbers of mutations. */
export interface DeliveryCounts extends OutcomeCounts {
  /** Of those that were skipped: removals, which the platform cannot be told. */
  readonly unsupportedRemovals: number;
}

export const NO_COUNTS: DeliveryCounts = { ...NO_OUTCOMES, unsupportedRemovals: 0 };

export function sumCounts(one: DeliveryCounts, other: DeliveryCounts): DeliveryCounts {
  return {
    delivered: one.delivered + other.delivered,
    rejected: one.rejected + other.rejected,
    skipped: one.skipped + other.skipped,
    retried: one.retried + other.retried,
    unsupportedRemovals: one.unsupportedRemovals + other.unsupportedRemovals,
  };
}

/** What a line about a key batch says besides its counts. */
export interface KeyBatchReport {
  readonly kind: string;
  /** The DMP's id of the audience, or the id of its segment. */
  readonly audience: string | undefined;
  /** Time from the publish of the oldest message to the end of the delivery. */
  readonly ageMs: number;
  readonly durationMs: number;
  readonly deliveryAttempt: number | undefined;
  /** The requests its members came with; the first of them, when there are many. */
  readonly requestIds: readonly string[];
  /** The destination a replay is for, when it is not ours: then nothing is done. */
  readonly forDestination: string | undefined;
  /** Its lines carry the id of the oldest message's request. */
  readonly log: Logger;
}

export interface KeyBatchResult {
  /** Number of messages, from the oldest on, that are done with: delivered, or dead letters. */
  readonly settled: number;
  /** Mutations of the messages that are done with. */
  readonly counts: DeliveryCounts;
  /** Mutations of the messages that are left: they are counted again when these come again. */
  readonly leftCounts: DeliveryCounts;
  /** Present when messages are left: they must come again. */
  readonly wait?: Wait | undefined;
  /** Present when a creation among the settled ones waits in the audience map, to be tried again. */
  readonly postponed?: Wait | undefined;
  /** True when it ended in an error of ours, which has its own line. */
  readonly hasFailed: boolean;
  readonly report: KeyBatchReport;
}

/**
 * Delivers the messages of one ordering key as if they were one. Does not throw. Writes no line when it ends.
 * @param hasCrashed true: they were in hand at several crashes, and end as dead letters, undecoded
 */
export type DeliverKeyBatch = (
  messages: readonly Delivery[],
  hold: Hold,
  hasCrashed?: boolean,
) => Promise<KeyBatchResult>;
