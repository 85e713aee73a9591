import type { DestinationCapabilities, Member, MicroBatch, Outcome } from '../destination.ts';

export type Operation = MicroBatch['operation'];

/** A member as it stands in a call. */
export interface Written {
  /** The user, as Rokt knows it. */
  readonly user: string;
  /** What stands for the member in the body. */
  readonly item: unknown;
}

/** A member as it stands in a call, or why it is never sent; the reason names nobody. */
export type Writing = Written | { readonly problem: string };

/** One of Rokt's ways in: where it is, what it can do, and how its calls are written. */
export interface RoktApi {
  readonly capabilities: DestinationCapabilities;
  readonly baseUrl: string;
  readonly path: string;
  /** Characters of a segment's name, at most. */
  readonly maxNameLength: number;
  write(operation: Operation, member: Member): Writing;
  /** The body of a call about members whose items are given; none of them is empty. */
  body(operation: Operation, segment: string, items: readonly unknown[]): unknown;
  /** What became of a member whose call was taken. */
  taken(operation: Operation): Outcome;
}
