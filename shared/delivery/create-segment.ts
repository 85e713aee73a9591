import type { AudienceMap, Lease } from '../audience-map/audience-map.ts';
import type { CreateAudienceMessage } from '../audience/message.ts';
import type { DestinationCapabilities } from '../destinations/destination.ts';
import { DestinationError } from '../errors.ts';
import { logAudienceCreated, logAudienceFailed, logDestinationFault } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import type { RetryBriefly } from './brief-retry.ts';
import type { PoliteDestination } from './polite-destination.ts';
import type { Hold, Wait } from './key-batch.ts';

export interface CreationDependencies {
  readonly destination: PoliteDestination;
  readonly audienceMap: AudienceMap;
  readonly retryBriefly: RetryBriefly;
  /** How long a crashed creation keeps others from trying. */
  readonly leaseMs: number;
  readonly onAudienceReady?: (audience: string) => void;
  readonly now?: () => number;
}

export interface CreationContext {
  readonly log: Logger;
  readonly hold: Pick<Hold, 'mayCall'>;
}

/**
 * Creates the segment of an audience: claims it in the audience map, so that of any number of
 * deliveries one calls the third party, and records the outcome, which intake waits for.
 * @returns undefined when it is settled, else what it waits for
 */
export async function createSegment(
  { audience, requestId }: CreateAudienceMessage,
  dependencies: CreationDependencies,
  context: CreationContext,
): Promise<Wait | undefined> {
  const { audienceMap, leaseMs, destination } = dependencies;
  if (destination.backlogMs() > leaseMs / 2) return { reason: 'other creations go first' };
  const claim = await audienceMap.claim({ audience, requestId, leaseMs });
  if (!claim.claimed) {
    return claim.state === 'ready' ? undefined : { reason: 'another creation is in flight' };
  }
  try {
    return await createClaimed(claim.lease, dependencies, context);
  } catch (error) {
    return await recordFailure(error, claim.lease, { ...dependencies, ...context });
  }
}

/**
 * Two audiences may bear one name, and a third party that knows segments by title answers the second
 * with the segment of the first. A segment belongs to one audience, so the second gets a title of
 * its own.
 */
async function createClaimed(
  lease: Lease,
  dependencies: CreationDependencies,
  { log, hold }: CreationContext,
): Promise<Wait | undefined> {
  const { destination, audienceMap, retryBriefly, leaseMs, now = Date.now } = dependencies;
  const { id, name } = lease.audience;
  const { capabilities, findsSegments } = destination;
  // A call that begins late could outlast the lease, and meet that of another creation.
  const mayBegin = () => {
    if (lease.expiresAt.getTime() - now() < leaseMs / 2 || !hold.mayCall()) throw leaseEnds();
  };
  const knownByTitle = findsSegments || capabilities.creationIdempotentBy === 'title';
  for (const title of knownByTitle ? [name, `${name} (${id})`] : [name]) {
    const { segment, created } = await retryBriefly(() =>
      destination.obtainSegment({ title, audienceId: id }, mayBegin),
    );
    // Also when it was there already: the answer to the call that made it may have been lost.
    const settled = await audienceMap.settleReady(lease, segment, readyAt(capabilities, now()));
    if (settled === 'lease-lost') return LEASE_LOST;
    if (settled === 'settled') {
      logAudienceCreated(log, { destination: destination.id, segment, created });
      dependencies.onAudienceReady?.(id);
      return undefined;
    }
  }
  const text = 'The platform already uses this name for another audience; choose another name.';
  throw new DestinationError('DESTINATION_REFUSED', text);
}

/** When a segment made at `now` takes members, unless that is at once. */
function readyAt({ readyAfterMs = 0 }: DestinationCapabilities, now: number): Date | undefined {
  return readyAfterMs > 0 ? new Date(now + readyAfterMs) : undefined;
}

async function recordFailure(
  error: unknown,
  lease: Lease,
  { audienceMap, destination, log }: CreationDependencies & CreationContext,
): Promise<Wait | undefined> {
  if (error instanceof DestinationError && !error.retryable) {
    const settled = await audienceMap.settleFailed(lease, error.message);
    if (settled === 'lease-lost') return LEASE_LOST;
    const { id: audience } = lease.audience;
    logAudienceFailed(log, { destination: destination.id, audience, reason: 'refused' });
    return undefined;
  }
  await audienceMap.release(lease);
  if (!(error instanceof DestinationError)) throw error;
  const { status, fault } = error.details;
  // A fault of the whole destination is logged where it is paused, once.
  if (error.code === 'DESTINATION_MISCONFIGURED' && fault !== true) {
    logDestinationFault(log, { destination: destination.id, status: Number(status) });
  }
  return { reason: error.message };
}

const LEASE_LOST: Wait = { reason: 'the creation took longer than its lease' };

/** Ends a creation that was begun and is given up on, so that nobody takes it for one under way. */
export async function failCreation(
  audience: string,
  { audienceMap, destination, leaseMs }: CreationDependencies,
  log: Logger,
): Promise<void> {
  const record = await audienceMap.find(audience);
  if (record?.state !== 'creating' || record.audience.id !== audience) return;
  const claim = await audienceMap.claim({ audience: record.audience, requestId: 'none', leaseMs });
  const reason = 'The platform could not be reached in time; create the audience again.';
  if (!claim.claimed) return;
  const settled = await audienceMap.settleFailed(claim.lease, reason);
  if (settled === 'lease-lost') return;
  logAudienceFailed(log, { destination: destination.id, audience, reason: 'retry-window-ended' });
}

function leaseEnds(): DestinationError {
  const text = 'The creation took too long; it is tried again.';
  return new DestinationError('DESTINATION_PAUSED', text, { retryable: true });
}
