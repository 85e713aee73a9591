import type { Member } from '../destinations/destination.ts';
import type { MemberOutcome } from './member-outcome.ts';

/** A member on its way to the third party, with what its delivery wants to know. */
export interface BatchEntry {
  readonly operation: 'add' | 'remove';
  readonly member: Member;
  /** Aborted when the queue waits for its delivery no more: then no further call may hold it. */
  readonly gone: AbortSignal;
  /** The requests it may have come with. */
  readonly requests: readonly string[];
  settle(outcome: MemberOutcome): void;
  /** Something of ours broke: its delivery fails. */
  fail(error: unknown): void;
}

/** Names a member among all others. Segment ids have no line break. */
export function keyOf({ segment, user }: Member): string {
  return `${segment}\n${user}`;
}
