/**
 * Whose operations were given up on, so that a replay can tell which of them a newer operation has
 * overtaken since. Implementations: embedded-dead-members.ts and firestore-dead-members.ts; both pass
 * test/contracts/dead-members.contract.ts.
 *
 * Times are those of the operation: when it was first published, in milliseconds since the epoch. Users
 * are kept as digests only.
 */

/** The newest operation given up on, and the newest delivered since, of a user or of a crowd. */
export interface DeadMember {
  readonly diedAt: number;
  readonly deliveredAt?: number | undefined;
}

/** What is known of one audience. */
export interface DeadMembersOfAudience {
  /** By {@link digestOf} the user; at most {@link MAX_INDEXED} of them. */
  readonly members: ReadonlyMap<string, DeadMember>;
  /** All that could not be kept one by one: whole messages, and what goes beyond the limit. */
  readonly others?: DeadMember | undefined;
}

/** Users kept one by one for an audience, at most: the record is read often, and stays below 100 kB. */
export const MAX_INDEXED = 1_000;

/** Every method throws PlatformError AUDIENCE_MAP_UNAVAILABLE (retryable) when the store fails. */
export interface DeadMembers {
  /**
   * The record of an audience, with every death whose `recordDead` has resolved. What other instances recorded
   * as delivered, or have forgotten, may be missing for minutes, unless `fresh`: then it is read from the
   * store itself.
   */
  find(audience: string, fresh?: 'fresh'): Promise<DeadMembersOfAudience>;
  /**
   * Records that operations were given up on; `users` undefined when it is not known whose they were.
   * Resolves once every later `find` of every instance sees it.
   */
  recordDead(audience: string, operation: OperationOf): Promise<void>;
  /**
   * Records that newer operations were delivered; `users` undefined: of some of the others. Only what is
   * newer than what is recorded changes anything, and of a user only what is as new as `diedAt`.
   */
  recordDelivered(audience: string, operation: OperationOf): Promise<void>;
  /**
   * Forgets what was given up on up to `at`: it was replayed or purged. `users` undefined: the others.
   */
  forget(audience: string, operation: OperationOf): Promise<void>;
  close(): Promise<void>;
}

export interface OperationOf {
  /** Ids the third party knows. */
  readonly users?: readonly string[] | undefined;
  /** When the operation was first published, in milliseconds since the epoch. */
  readonly at: number;
}
