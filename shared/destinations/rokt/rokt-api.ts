import type { DestinationCapabilities, Member, MicroBatch } from '../destination.ts';

/** Why something is not sent, in words that name nobody. */
export interface Problem {
  readonly problem: string;
}

/** A member as it stands in the body of a call. */
export interface WrittenMember {
  /** Members of one call with the same key say the same: one is sent for all. */
  readonly key: string;
  readonly item: unknown;
}

/** What a call brings to Rokt. */
export interface WrittenBatch {
  readonly operation: MicroBatch['operation'];
  /** The segment of its members, or of the first of them where they may be of several. */
  readonly segment: string;
  readonly items: readonly unknown[];
}

/** One of the two APIs by which Rokt learns of members. */
export interface RoktApi {
  readonly capabilities: DestinationCapabilities;
  readonly baseUrl: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the body of a call, at most. */
  readonly maxBodyBytes: number;
  /** The segment of an audience with this title, or why there can be none. */
  segmentOf(title: string): { readonly segment: string } | Problem;
  /** A member as it is sent, or why it cannot be. */
  writeMember(operation: MicroBatch['operation'], member: Member): WrittenMember | Problem;
  writeBody(batch: WrittenBatch): unknown;
}
