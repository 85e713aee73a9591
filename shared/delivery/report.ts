import { NO_OUTCOMES, type OutcomeCounts } from './member-outcome.ts';

/** How a delivery ended: what the summary line says, and whether the queue must deliver again. */
export interface DeliveryReport {
  readonly counts: OutcomeCounts;
  /** The requests the members came with, when they are several. */
  readonly requestIds?: readonly string[] | undefined;
  /** Of those that were skipped: removals, which the platform cannot be told. */
  readonly unsupportedRemovals?: number | undefined;
  /** The destination it is for, when that is not ours. */
  readonly forDestination?: string | undefined;
  /** Set when the delivery must come again. */
  readonly retryReason?: string | undefined;
}

export const done: DeliveryReport = { counts: NO_OUTCOMES };

/** The delivery comes again as a whole. */
export function retryLater(reason: string): DeliveryReport {
  return { counts: NO_OUTCOMES, retryReason: reason };
}
