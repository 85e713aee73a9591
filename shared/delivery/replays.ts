/**
 * An operation that became a dead letter may be replayed days later. It must not undo what was delivered
 * meanwhile, so newer operations of the same users are recorded.
 */
import type { DeadMembers, DeadMembersOfAudience } from '../dead-letters/dead-members.ts';
import { digestOf } from '../dead-letters/digest-of.ts';
import { overtaken } from '../dead-letters/overtaken.ts';
import type { TimedMutation } from './last-operations.ts';
import type { MutationOutcome } from './member-outcome.ts';

/** The outcome of a mutation, with the time of its operation. */
export interface TimedOutcome extends MutationOutcome {
  readonly operatedAt: number;
}

/** Sets aside the operations that newer ones have superseded. */
export function splitSuperseded<Timed extends TimedMutation>(
  toDeliver: ReadonlyMap<string, Timed>,
  isSuperseded: (user: string, operatedAt: number) => boolean,
): { current: ReadonlyMap<string, Timed>; stale: MutationOutcome[] } {
  const isStale = ([user, { operatedAt }]: readonly [string, Timed]) =>
    isSuperseded(user, operatedAt);
  const stale = [...toDeliver].filter(isStale);
  return {
    current: new Map([...toDeliver].filter((entry) => !isStale(entry))),
    stale: stale.map(([, { mutation }]) => ({ mutation, outcome: SUPERSEDED })),
  };
}

/** True when the record of an audience knows that a newer operation of the user was delivered. */
export function isKnownSuperseded(
  dead: DeadMembersOfAudience,
  digest: string,
  operatedAt: number,
): boolean {
  return overtaken(dead, digest, operatedAt) === 'yes';
}

const SUPERSEDED = { status: 'skipped', reason: 'superseded by a newer operation' } as const;

export interface RecordContext {
  readonly audience: string;
  readonly isReplay: boolean;
  readonly deadMembers: DeadMembers;
}

/** Records members that became dead letters, and newer operations of those that had before. */
export async function recordOutcomes(
  applied: ReadonlyMap<string, TimedOutcome>,
  dead: DeadMembersOfAudience,
  { audience, isReplay, deadMembers }: RecordContext,
): Promise<void> {
  const usersByTime = (statuses: readonly string[]) =>
    Map.groupBy(
      [...applied].filter(([, { outcome }]) => statuses.includes(outcome.status)),
      ([, { operatedAt }]) => operatedAt,
    );
  for (const [at, entries] of usersByTime(['rejected'])) {
    await deadMembers.recordDead(audience, { users: entries.map(([user]) => user), at });
  }
  if (dead.members.size === 0 && dead.others === undefined) return;

  // What was skipped counts as well: an operation that needs no call is newer than what died all the same.
  for (const [at, entries] of usersByTime(['delivered', 'skipped'])) {
    const known = entries
      .map(([user]) => user)
      .filter((user) => dead.members.has(digestOf(audience, user)));
    // Of a replay too: an older dead letter of the same user may still be replayed after it.
    if (known.length > 0) await deadMembers.recordDelivered(audience, { users: known, at });
  }
  const { others } = dead;
  if (others === undefined || isReplay) return;
  const newest = Math.max(...[...applied.values()].map(({ operatedAt }) => operatedAt));
  const { diedAt, deliveredAt = 0 } = others;
  // Once it is newer than all that died, it says what there is to say.
  if (deliveredAt <= diedAt && newest > deliveredAt) {
    await deadMembers.recordDelivered(audience, { at: newest });
  }
}
