import type { MessageMutation } from '../audience/message.ts';
import type { Outcome } from '../destinations/destination.ts';

/** A mutation of a message and what became of it. */
export interface MutationOutcome {
  readonly mutation: MessageMutation;
  readonly outcome: Outcome;
}

/** How many mutations ended how. */
export type OutcomeCounts = Readonly<
  Record<'delivered' | 'rejected' | 'skipped' | 'retried', number>
>;

export const NO_OUTCOMES: OutcomeCounts = { delivered: 0, rejected: 0, skipped: 0, retried: 0 };

/** Counts outcomes by status. */
export function countOutcomes(outcomes: readonly MutationOutcome[]): OutcomeCounts {
  const count = (status: Outcome['status']) =>
    outcomes.filter(({ outcome }) => outcome.status === status).length;
  return {
    delivered: count('delivered'),
    rejected: count('rejected'),
    skipped: count('skipped'),
    retried: count('retry'),
  };
}
