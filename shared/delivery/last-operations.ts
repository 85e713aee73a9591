import type { MessageMutation } from '../audience/message.ts';
import { memberIdOf, type MemberId } from '../audience/shard.ts';
import type { DestinationCapabilities } from '../destinations/destination.ts';
import type { MutationOutcome } from './member-outcome.ts';

export interface LastOperations {
  /** The last mutation of each user, by the id the third party knows. */
  readonly toDeliver: ReadonlyMap<string, MessageMutation>;
  /** What need not be sent, and why. */
  readonly skipped: readonly MutationOutcome[];
}

/**
 * Reduces mutations, in their order, to one per user: what counts is the last. So no call ever holds
 * an add and a remove of one user.
 */
export function lastOperations(
  mutations: readonly MessageMutation[],
  memberId: MemberId,
): LastOperations {
  const toDeliver = new Map<string, MessageMutation>();
  const skipped: MutationOutcome[] = [];
  const skip = (mutation: MessageMutation, reason: string) =>
    skipped.push({ mutation, outcome: { status: 'skipped', reason } });

  for (const mutation of mutations) {
    const user = memberIdOf(mutation, memberId);
    if (user === undefined) {
      skip(mutation, 'never synced: it has no id the third party knows');
      continue;
    }
    const earlier = toDeliver.get(user);
    if (earlier !== undefined) skip(earlier, 'overtaken by a later mutation of the same message');
    toDeliver.set(user, mutation);
  }
  return { toDeliver, skipped };
}

/** Sets aside the removals where the third party cannot be told that somebody left. */
export function splitUnsupportedRemovals(
  toDeliver: ReadonlyMap<string, MessageMutation>,
  removal: DestinationCapabilities['removal'],
): { supported: ReadonlyMap<string, MessageMutation>; removals: Map<string, MutationOutcome> } {
  if (removal !== 'none') return { supported: toDeliver, removals: new Map() };
  const isRemoval = ([, { operation }]: readonly [string, MessageMutation]) =>
    operation === 'remove';
  const removals = [...toDeliver].filter(isRemoval);
  return {
    supported: new Map([...toDeliver].filter((entry) => !isRemoval(entry))),
    removals: new Map(
      removals.map(([user, mutation]) => [user, { mutation, outcome: CANNOT_REMOVE }]),
    ),
  };
}

const CANNOT_REMOVE = {
  status: 'skipped',
  reason: 'this platform cannot remove members',
} as const;
