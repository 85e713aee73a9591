import type { Member } from '../destinations/destination.ts';
import type { Hold } from './key-batch.ts';
import type { MemberOutcome } from './member-outcome.ts';

/** A member on its way to the third party, with what its delivery wants to know. */
export interface BatchEntry {
  readonly operation: 'add' | 'remove';
  readonly member: Member;
  /** The queue's hold on its message: it tells whether a call may hold this member now. */
  readonly hold: Pick<Hold, 'mayCall'>;
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
