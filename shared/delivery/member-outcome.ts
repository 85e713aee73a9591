import type { MessageMutation } from '../audience/message.ts';
import type { Outcome } from '../destinations/destination.ts';

/** What became of a member, as the delivery sees it. */
export type MemberOutcome =
  | Exclude<Outcome, { status: 'rejected' }>
  /** `failing`: the third party did not refuse it; it kept failing over it. */
  | (Extract<Outcome, { status: 'rejected' }> & { readonly failing?: boolean });

/** Of a member that was forgotten on the way: it comes again. */
export const NO_OUTCOME: MemberOutcome = {
  status: 'retry',
  reason: 'the destination gave no outcome',
};

/** A mutation of a message and what became of it. */
export interface MutationOutcome {
  readonly mutation: MessageMutation;
  readonly outcome: MemberOutcome;
}

/** How many mutations ended how. */
export type OutcomeCounts = Readonly<
  Record<'delivered' | 'rejected' | 'skipped' | 'retried', number>
>;

export const NO_OUTCOMES: OutcomeCounts = { delivered: 0, rejected: 0, skipped: 0, retried: 0 };

/** Counts outcomes by status. */
export function countOutcomes(outcomes: readonly MutationOutcome[]): OutcomeCounts {
  const counts = { ...NO_OUTCOMES };
  for (const { outcome } of outcomes) {
    counts[outcome.status === 'retry' ? 'retried' : outcome.status] += 1;
  }
  return counts;
}
