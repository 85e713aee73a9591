/**
 * A destination: a third party and our code for it. It knows nothing of the queue, the audience map
 * or the DMP: it creates segments and applies micro-batches, and says what became of each member.
 */

/** What a destination declares, as data; the delivery obeys it. */
export interface DestinationCapabilities {
  /**
   * How a repeated creation is kept from making a second segment: `title` when the third party
   * answers with the segment that has that title already.
   */
  readonly creationIdempotentBy: 'title' | 'none';
  /** Members of one call, at most. 1: the third party takes them one by one. */
  readonly maxMembersPerCall: number;
  /** Segments whose members may share a call, at most. */
  readonly maxSegmentsPerCall: number;
  /** Bytes of the members of one call, as {@link Destination.memberBytes} counts them, at most. */
  readonly maxBytesPerCall?: number | undefined;
  /** Calls under way at once, at most, from one instance. */
  readonly maxConcurrentCalls: number;
  /** Calls begun in any second, at most, by one instance. */
  readonly maxCallsPerSecond?: number | undefined;
  /** Whether the third party takes only one call at a time for a segment. */
  readonly oneCallPerSegment: boolean;
}

export interface SegmentRequest {
  readonly title: string;
  /** The DMP's id of the audience, for third parties that keep a foreign key. */
  readonly audienceId: string;
}

export interface CreatedSegment {
  readonly segment: string;
  /** False when the third party had it already. */
  readonly created: boolean;
}

/** What a destination is built from, whatever its kind. */
export interface DestinationSettings {
  /** Replaces the third party's usual base URL. */
  readonly baseUrl?: string | undefined;
  /** The newest credentials, asked for at every call so that a rotation is noticed. */
  readonly credentials?: (() => Promise<string>) | undefined;
  /** How calls are made. Default: the global fetch. */
  readonly fetch?: typeof fetch | undefined;
}

/** One user of one segment, by the ids the third party knows. */
export interface Member {
  readonly segment: string;
  readonly user: string;
}

/** Members sent in one call: all added or all removed, each (segment, user) once. */
export interface MicroBatch {
  readonly operation: 'add' | 'remove';
  readonly members: readonly Member[];
}

/**
 * What became of one member. `rejected`: never try again as it is. `skipped`: nothing to send.
 * `retry`: nothing wrong with it, try later. Reasons are for operators and never name a user.
 */
export type Outcome =
  | { readonly status: 'delivered' }
  | { readonly status: 'rejected'; readonly reason: string }
  | { readonly status: 'skipped'; readonly reason: string }
  | { readonly status: 'retry'; readonly reason: string };

/**
 * What became of a micro-batch. `refused-whole`: the third party named no member at fault, so that
 * halving the batch may save the others. `fault`: it refuses us, not the members.
 */
export type BatchResult =
  | { readonly kind: 'outcomes'; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'refused-whole'; readonly reason: string }
  | {
      readonly kind: 'retry';
      readonly reason: string;
      /** What the third party asks for (`Retry-After`). */
      readonly retryAfterMs?: number | undefined;
      /**
       * The third party failed over this call, without being busy: when it keeps doing so, one of the
       * members may be what it fails over.
       */
      readonly serverError?: boolean | undefined;
    }
  | BatchFault;

export interface BatchFault {
  readonly kind: 'fault';
  readonly reason: string;
  readonly status: number;
}

export interface Destination {
  readonly id: string;
  readonly capabilities: DestinationCapabilities;
  /**
   * Creates the segment of an audience, or finds the one that is there.
   * @throws DestinationError DESTINATION_REFUSED with words for the person who creates the audience;
   *   DESTINATION_UNAVAILABLE (retryable) when trying again can help; DESTINATION_MISCONFIGURED when
   *   it refuses our credentials.
   */
  createSegment(request: SegmentRequest): Promise<CreatedSegment>;
  /**
   * The segment of an audience that is there already, where the third party can look it up by a key of
   * ours. Asked before every creation, which may be the repetition of one that came to nothing here.
   * @throws DestinationError like createSegment.
   */
  findSegment?(request: SegmentRequest): Promise<string | undefined>;
  /** What a member takes in the body of a call. Demanded where `maxBytesPerCall` is declared. */
  memberBytes?(operation: MicroBatch['operation'], member: Member): number;
  /** Applies one micro-batch within the declared limits. Does not throw for what the third party does. */
  apply(batch: MicroBatch): Promise<BatchResult>;
}
