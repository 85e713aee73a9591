/** An audience as its creator described it in the DMP. */
export interface Audience {
  /** The DMP's id, opaque. */
  readonly id: string;
  readonly name: string;
  /** The DMP's customer number, when it was sent. */
  readonly customer?: number | undefined;
}

export type Operation = 'add' | 'remove';

/** A user as the DMP names them. At least one of the two ids is present. */
export interface User {
  /** The DMP's own id. */
  readonly uuid?: string | undefined;
  /** The third party's id of the user, learnt by user syncing; missing when never synced. */
  readonly externalUserId?: string | undefined;
}

/** One add or remove of one user in one audience. */
export interface Mutation {
  /** The DMP's audience id, or the segment's id when CREATE_AUDIENCE answered with it. */
  readonly audience: string;
  readonly operation: Operation;
  readonly user: User;
}

/** An entry of a request that is no valid mutation, kept as it came for the dead letters. */
export interface RejectedEntry {
  readonly reason: string;
  readonly operation: Operation;
  readonly entry: unknown;
}
