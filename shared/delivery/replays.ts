/**
 * An operation that was given up on may be replayed, days later. What was delivered meanwhile must not be
 * undone by it, so newer operations of the same users are taken note of.
 */
import type { MessageMutation } from '../audience/message.ts';
import type { DeadMembers, DeadMembersOfAudience } from '../dead-letters/dead-members.ts';
import { digestOf } from '../dead-letters/digest-of.ts';
import { overtaken } from '../dead-letters/overtaken.ts';
import type { MutationOutcome } from './member-outcome.ts';

export interface OperationContext {
  readonly audience: string;
  readonly operatedAt: number;
  readonly isReplay: boolean;
}

/** Sets aside the operations of a replay that newer ones have overtaken. */
export function splitOvertaken(
  toDeliver: ReadonlyMap<string, MessageMutation>,
  dead: DeadMembersOfAudience,
  { audience, operatedAt, isReplay }: OperationContext,
): { current: ReadonlyMap<string, MessageMutation>; stale: MutationOutcome[] } {
  if (!isReplay) return { current: toDeliver, stale: [] };
  const isStale = (user: string) => overtaken(dead, digestOf(audience, user), operatedAt) === 'yes';
  const stale = [...toDeliver].filter(([user]) => isStale(user));
  return {
    current: new Map([...toDeliver].filter(([user]) => !isStale(user))),
    stale: stale.map(([, mutation]) => ({
      mutation,
      outcome: { status: 'skipped', reason: 'overtaken by a newer operation' },
    })),
  };
}

/** Takes note of who was given up on, and of newer operations of those who were. */
export async function recordOutcomes(
  applied: ReadonlyMap<string, MutationOutcome>,
  dead: DeadMembersOfAudience,
  { audience, operatedAt, isReplay, deadMembers }: OperationContext & { deadMembers: DeadMembers },
): Promise<void> {
  const usersWith = (status: string) =>
    [...applied].flatMap(([user, { outcome }]) => (outcome.status === status ? [user] : []));
  const rejected = usersWith('rejected');
  if (rejected.length > 0) {
    await deadMembers.recordDead(audience, { users: rejected, at: operatedAt });
  }
  if (dead.members.size === 0 && dead.others === undefined) return;

  // What was skipped counts as well: an operation that needs no call is newer than what died all the same.
  const settled = [...usersWith('delivered'), ...usersWith('skipped')];
  const known = settled.filter((user) => dead.members.has(digestOf(audience, user)));
  if (known.length > 0) {
    // Of a replay too: an older dead letter of the same user may still be replayed after it.
    await deadMembers.recordDelivered(audience, { users: known, at: operatedAt });
  }
  const { others } = dead;
  if (others === undefined || isReplay) return;
  const { diedAt, deliveredAt = 0 } = others;
  // Once it is newer than all that died, it says what there is to say.
  const tellsMore = deliveredAt <= diedAt && operatedAt > deliveredAt;
  if (tellsMore) await deadMembers.recordDelivered(audience, { at: operatedAt });
}
