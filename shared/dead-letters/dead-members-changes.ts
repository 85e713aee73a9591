/** What the methods of DeadMembers make of an audience's record: pure, and the same for every store. */
import { isDeepStrictEqual } from 'node:util';
import {
  MAX_INDEXED,
  type DeadMember,
  type DeadMembersOfAudience,
  type OperationOf,
} from './dead-members.ts';
import { digestOf } from './digest-of.ts';

/** As long as dead letters are kept: nothing older can be replayed. */
export const KEPT_MS = 31 * 24 * 60 * 60 * 1_000;

/** An operation whose users are digests; times in milliseconds since the epoch. */
export interface DigestedOperation {
  /** Undefined: it is not known whose it was. */
  readonly digests: ReadonlySet<string> | undefined;
  readonly at: number;
  readonly now: number;
}

/** Returns a new record and leaves the given one as it is. */
export type Change = (
  record: DeadMembersOfAudience,
  operation: DigestedOperation,
) => DeadMembersOfAudience;

/** The operation as a {@link Change} takes it. */
export function digested(audience: string, operation: OperationOf, now: Date): DigestedOperation {
  const { users, at } = operation;
  const digests = users && new Set(users.map((user) => digestOf(audience, user)));
  return { digests, at, now: now.getTime() };
}

/** The record with operations given up on; users beyond MAX_INDEXED go into the others. */
export const withDead: Change = (record, operation) => {
  const { digests, at } = operation;
  const { members, others } = copyOfCurrent(record, operation, true);
  if (digests === undefined) return recordOf(members, died(others, at));
  let crowd = others;
  for (const digest of digests) {
    const known = members.get(digest);
    if (known !== undefined || members.size < MAX_INDEXED) members.set(digest, died(known, at));
    else crowd = died(crowd, at);
  }
  return recordOf(members, crowd);
};

/** The record with newer operations delivered, of those it knows. */
export const withDelivered: Change = (record, operation) => {
  const { digests, at } = operation;
  const { members, others } = copyOfCurrent(record, operation);
  // The crowd's operations died at different times: one newer than some of them tells something too.
  if (digests === undefined) return recordOf(members, others && newestDelivered(others, at));
  for (const digest of digests) {
    const known = members.get(digest);
    if (known !== undefined) members.set(digest, delivered(known, at));
  }
  return recordOf(members, others);
};

/** The record without what was given up on up to `at`. */
export const withoutForgotten: Change = (record, operation) => {
  const { digests, at } = operation;
  const { members, others } = copyOfCurrent(record, operation);
  const outlives = (entry: DeadMember | undefined) => entry !== undefined && entry.diedAt > at;
  if (digests === undefined) return recordOf(members, outlives(others) ? others : undefined);
  for (const digest of digests) if (!outlives(members.get(digest))) members.delete(digest);
  return recordOf(members, others);
};

/** Whether two records say the same: then there is nothing to write. */
export function isSame(one: DeadMembersOfAudience, other: DeadMembersOfAudience): boolean {
  return isDeepStrictEqual(one, other);
}

/** Whether a record says nothing: then it need not be kept. */
export function isEmpty({ members, others }: DeadMembersOfAudience): boolean {
  return members.size === 0 && others === undefined;
}

function died(known: DeadMember | undefined, at: number): DeadMember {
  return { ...known, diedAt: Math.max(known?.diedAt ?? at, at) };
}

function delivered(known: DeadMember, at: number): DeadMember {
  return at < known.diedAt ? known : newestDelivered(known, at);
}

function newestDelivered(known: DeadMember, at: number): DeadMember {
  return { ...known, deliveredAt: Math.max(known.deliveredAt ?? 0, at) };
}

/** The record without what is too old; `keepNamed`: what the operation is about is kept all the same. */
function copyOfCurrent(
  record: DeadMembersOfAudience,
  { digests, now }: DigestedOperation,
  keepNamed = false,
): { members: Map<string, DeadMember>; others: DeadMember | undefined } {
  const isCurrent = (entry: DeadMember) => entry.diedAt >= now - KEPT_MS;
  const members = new Map(
    [...record.members].filter(
      ([digest, entry]) => isCurrent(entry) || (keepNamed && digests?.has(digest) === true),
    ),
  );
  const keepOthers = keepNamed && digests === undefined;
  const others =
    record.others && (keepOthers || isCurrent(record.others)) ? record.others : undefined;
  return { members, others };
}

/** Absent others are left out, so that equal records are deeply equal. */
function recordOf(
  members: ReadonlyMap<string, DeadMember>,
  others: DeadMember | undefined,
): DeadMembersOfAudience {
  return others === undefined ? { members } : { members, others };
}
