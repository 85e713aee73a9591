/**
 * A destination: a third party and our code for it. It knows nothing of the queue, the audience map
 * or the DMP: it creates segments and applies micro-batches, and says what became of each member.
 */

/** What a destination declares, as data; the delivery obeys it. */
export interface DestinationCapabilities {
  /** How segments come to be. `implicit`: with their first member; creating one calls nobody. */
  readonly segments: 'created' | 'implicit';
  /**
   * How a repeated creation is kept from making a second segment: `title` when the third party
   * answers with the segment that has that title already, `audience` when the DMP's id of the audience
   * is the key.
   */
  readonly creationIdempotentBy: 'title' | 'audience' | 'none';
  /** How long after its creation a segment takes no members yet. */
  readonly readyAfterMs?: number | undefined;
  /** `none`: the third party cannot be told that somebody left. */
  readonly removal: 'native' | 'none';
  /**
   * What an answer says of the members of a call: what became of `each`, how many were taken
   * (`counts`), that all were or none (`all-or-nothing`), or only that they came (`accepted`).
   */
  readonly reports: 'each' | 'counts' | 'all-or-nothing' | 'accepted';
  /** Members of one call, at most. 1: the third party takes them one by one. */
  readonly maxMembersPerCall: number;
  /** Segments whose members may share a call, at most. */
  readonly maxSegmentsPerCall: number;
  /** Bytes of the members of one call, as {@link Destination.memberBytes} counts them, at most. */
  readonly maxBytesPerCall?: number | undefined;
  /** Longest duration of a call, in milliseconds: {@link Destination.apply} ends within it. */
  readonly callTimeoutMs: number;
  /** Calls under way at once, at most, from all instances. */
  readonly maxConcurrentCalls: number;
  /** Calls begun in any such time, at most, by all instances. */
  readonly maxCallRate?: CallRate | undefined;
  /** Whether the third party takes only one call at a time for a segment. */
  readonly oneCallPerSegment: boolean;
  /**
   * How long the third party wants to be left alone after its first, second … failure in a row; the
   * last pause repeats. Without it, failures are retried briefly, and a circuit breaker ends them.
   */
  readonly failurePausesMs?: readonly number[] | undefined;
}

export interface CallRate {
  readonly calls: number;
  readonly perMs: number;
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
  /** What DESTINATION_OPTIONS holds; each destination validates its own. */
  readonly options?: unknown;
  /** How calls are made, for tests. Default: requests that are not sent once their time is over. */
  readonly fetch?: typeof fetch | undefined;
  /** Milliseconds since the epoch. Default: Date.now. */
  readonly now?: (() => number) | undefined;
}

/** One user of one segment, by the ids the third party knows. */
export interface Member {
  readonly segment: string;
  readonly user: string;
  /**
   * When the DMP's operation was first published, in milliseconds since the epoch: the same at every
   * redelivery and replay, so that ids made of it let the third party tell duplicates.
   */
  readonly operatedAt: number;
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
  | {
      readonly kind: 'outcomes';
      /** One per member, in the order of the batch. */
      readonly outcomes: readonly Outcome[];
      /** Members the third party says it did not take, without saying which. */
      readonly unnamedRefusals?: number | undefined;
    }
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
      /** The third party finds that we call too often, and does not say how long to wait. */
      readonly tooFast?: boolean | undefined;
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
  /**
   * Asks the third party for something that changes nothing: tells whether it accepts our credentials.
   * Missing: it offers no such call.
   * @throws DestinationError DESTINATION_MISCONFIGURED when it does not; DESTINATION_UNAVAILABLE when it
   *   cannot be told now; ConfigurationError when credentials or options are not what they must be.
   */
  probe?(): Promise<void>;
  /** What a member takes in the body of a call. Demanded where `maxBytesPerCall` is declared. */
  memberBytes?(operation: MicroBatch['operation'], member: Member): number;
  /** Applies one micro-batch within the declared limits. Does not throw for what the third party does. */
  apply(batch: MicroBatch): Promise<BatchResult>;
  /** Finishes what it holds back, before the process ends. */
  close?(): Promise<void>;
}
