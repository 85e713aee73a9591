/**
 * The audience map: audience id → segment id at one destination. Implementations:
 * embedded-audience-map.ts and firestore-audience-map.ts; both pass
 * test/contracts/audience-map.contract.ts.
 *
 * A record goes `creating → ready | failed`. Creating is guarded by a lease: whoever holds it may call
 * the third party; when it is not settled in time (a crash), the next one may claim it. A failed
 * record may be claimed again by a later request. A segment belongs to one audience.
 */
import type { Audience } from '../audience/audience.ts';

export type AudienceRecord = Readonly<
  { audience: Audience } & (
    | { state: 'creating' }
    /** Before `readyAt` the segment takes no members yet; missing: it does. */
    | { state: 'ready'; segment: string; readyAt?: Date | undefined }
    /** `requestId` names the request that failed; a later one waits for its own outcome. */
    | { state: 'failed'; reason: string; requestId: string }
  )
>;

/** A creation that was taken from the queue and is not settled yet: it is tried again from here. */
export interface WaitingCreation {
  readonly audience: Audience;
  readonly requestId: string;
  readonly trace?: string | undefined;
  /** Time of the request; at the age of the retry window the creation is given up on. */
  readonly askedAt: Date;
}

/** The right to create one audience's segment, until `expiresAt`. */
export interface Lease {
  readonly audience: Audience;
  readonly requestId: string;
  /** Unique per claim. */
  readonly holder: string;
  readonly expiresAt: Date;
}

export interface ClaimRequest {
  readonly audience: Audience;
  readonly requestId: string;
  readonly leaseMs: number;
}

export type Claim =
  | { readonly claimed: true; readonly lease: Lease }
  /** Somebody else holds the lease until `until`. */
  | { readonly claimed: false; readonly state: 'creating'; readonly until: Date }
  | { readonly claimed: false; readonly state: 'ready'; readonly segment: string };

/**
 * `settled`: recorded. `lease-lost`: it expired and was claimed by another, whose outcome counts.
 * `segment-taken`: that segment belongs to another audience; the lease is still held.
 */
export type Settled = 'settled' | 'lease-lost' | 'segment-taken';

/** Every method throws PlatformError AUDIENCE_MAP_UNAVAILABLE (retryable) when the store fails. */
export interface AudienceMap {
  /** The record of an audience, found by the DMP's audience id or by the id of its segment. */
  find(audienceOrSegment: string): Promise<AudienceRecord | undefined>;
  /** Claims the creation of an audience's segment: of any number of calls at once, one wins. */
  claim(request: ClaimRequest): Promise<Claim>;
  /** Records the segment of a claimed audience, and when it takes members where that is later. */
  settleReady(lease: Lease, segment: string, readyAt?: Date): Promise<Settled>;
  /** Records that the third party refused, in words for the person who creates the audience. */
  settleFailed(lease: Lease, reason: string): Promise<Settled>;
  /**
   * Keeps a creation to be tried again at `dueAt`, in the state `creating`; while somebody holds the lease,
   * when it expires. Does nothing for an audience that is ready.
   */
  postpone(creation: WaitingCreation, dueAt: Date): Promise<void>;
  /** Creations whose time to be tried again has come, the longest due first, at most `limit`. */
  due(limit: number): Promise<WaitingCreation[]>;
  /** Gives a lease back unsettled, so that a redelivery need not wait for it to expire. */
  release(lease: Lease): Promise<void>;
  close(): Promise<void>;
}

/** What intake is given: it may look, not write. */
export type AudienceMapReader = Pick<AudienceMap, 'find'>;
