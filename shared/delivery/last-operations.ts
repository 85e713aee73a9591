import type { MessageMutation } from '../audience/message.ts';
import { memberIdOf, type MemberId } from '../audience/shard.ts';
import type { DestinationCapabilities } from '../destinations/destination.ts';
import type { MutationOutcome } from './member-outcome.ts';

/** A mutation with the time of its operation, in milliseconds since the epoch. */
export interface TimedMutation {
  readonly mutation: MessageMutation;
  readonly operatedAt: number;
}

export interface LastOperations<Timed extends TimedMutation> {
  /** The last mutation of each user, by the id the third party knows. */
  readonly toDeliver: ReadonlyMap<string, Timed>;
  /** Mutations that are not sent, and why. */
  readonly skipped: readonly MutationOutcome[];
}

/**
 * Reduces mutations, in their order, to one per user: the newest by `operatedAt`, then the later one. So
 * no call ever holds an add and a remove of one user.
 */
export function lastOperations<Timed extends TimedMutation>(
  mutations: readonly Timed[],
  memberId: MemberId,
): LastOperations<Timed> {
  const toDeliver = new Map<string, Timed>();
  const skipped: MutationOutcome[] = [];
  const skip = ({ mutation }: TimedMutation, reason: string) =>
    skipped.push({ mutation, outcome: { status: 'skipped', reason } });

  for (const timed of mutations) {
    const user = memberIdOf(timed.mutation, memberId);
    if (user === undefined) {
      skip(timed, 'never synced: it has no id the third party knows');
      continue;
    }
    const earlier = toDeliver.get(user);
    const isSuperseded = earlier !== undefined && earlier.operatedAt > timed.operatedAt;
    const superseded = isSuperseded ? timed : earlier;
    if (superseded !== undefined) skip(superseded, 'superseded by a later mutation');
    if (!isSuperseded) toDeliver.set(user, timed);
  }
  return { toDeliver, skipped };
}

/** Sets aside the removals where the third party cannot be told that somebody left. */
export function splitUnsupportedRemovals<Timed extends TimedMutation>(
  toDeliver: ReadonlyMap<string, Timed>,
  removal: DestinationCapabilities['removal'],
): {
  supported: ReadonlyMap<string, Timed>;
  removals: ReadonlyMap<string, Timed & MutationOutcome>;
} {
  if (removal !== 'none') return { supported: toDeliver, removals: new Map() };
  const isRemoval = ([, { mutation }]: readonly [string, TimedMutation]) =>
    mutation.operation === 'remove';
  const removals = [...toDeliver].filter(isRemoval);
  return {
    supported: new Map([...toDeliver].filter((entry) => !isRemoval(entry))),
    removals: new Map(
      removals.map(([user, timed]) => [user, { ...timed, outcome: CANNOT_REMOVE }]),
    ),
  };
}

const CANNOT_REMOVE = {
  status: 'skipped',
  reason: 'this platform cannot remove members',
} as const;
