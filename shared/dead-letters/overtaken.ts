import type { DeadMembersOfAudience } from './dead-members.ts';

/** `unknown`: something newer was delivered to the crowd this user may be part of. */
export type Overtaken = 'no' | 'yes' | 'unknown';

/**
 * Whether a newer operation of the user was delivered since the one published at `at` (milliseconds
 * since the epoch) was given up on; `digest` is {@link digestOf} the user.
 */
export function overtaken(dead: DeadMembersOfAudience, digest: string, at: number): Overtaken {
  const member = dead.members.get(digest);
  if (member !== undefined) return isNewer(member.deliveredAt, at) ? 'yes' : 'no';
  const { others } = dead;
  const mayBeOfThem = others !== undefined && others.diedAt >= at;
  return mayBeOfThem && isNewer(others.deliveredAt, at) ? 'unknown' : 'no';
}

function isNewer(deliveredAt: number | undefined, at: number): boolean {
  return deliveredAt !== undefined && deliveredAt > at;
}
