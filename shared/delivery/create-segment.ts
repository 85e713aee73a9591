import type { Lease } from '../audience-map/audience-map.ts';
import type { CreateAudienceMessage } from '../audience/message.ts';
import { DestinationError } from '../errors.ts';
import { logAudienceCreated, logAudienceFailed, logDestinationFault } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import { createBriefRetry } from './brief-retry.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { done, retryLater, type DeliveryReport } from './report.ts';

/**
 * Creates the segment of an audience: claims it in the audience map, so that of any number of
 * deliveries one calls the third party, and records the outcome, which intake waits for.
 */
export async function createSegment(
  { audience, requestId }: CreateAudienceMessage,
  dependencies: DeliveryDependencies,
  log: Logger,
): Promise<DeliveryReport> {
  const { audienceMap, leaseMs } = dependencies;
  const claim = await audienceMap.claim({ audience, requestId, leaseMs });
  if (!claim.claimed) {
    return claim.state === 'ready' ? done : retryLater('another creation is under way');
  }
  try {
    return await createClaimed(claim.lease, dependencies, log);
  } catch (error) {
    return await recordFailure(error, claim.lease, { ...dependencies, log });
  }
}

/**
 * Two audiences may bear one name, and a third party that knows segments by title answers the second
 * with the segment of the first. A segment belongs to one audience, so the second gets a title of
 * its own.
 */
async function createClaimed(
  lease: Lease,
  { destination, audienceMap, retryBriefly = createBriefRetry() }: DeliveryDependencies,
  log: Logger,
): Promise<DeliveryReport> {
  const { id, name } = lease.audience;
  const knownByTitle = destination.capabilities.creationIdempotentBy === 'title';
  for (const title of knownByTitle ? [name, `${name} (${id})`] : [name]) {
    const { segment, created } = await retryBriefly(() =>
      destination.createSegment({ title, audienceId: id }),
    );
    const settled = await audienceMap.settleReady(lease, segment);
    if (settled === 'lease-lost') return retryLater('the creation took longer than its lease');
    if (settled === 'settled') {
      logAudienceCreated(log, { destination: destination.id, segment, created });
      return done;
    }
  }
  const text = 'The platform already uses this name for another audience; choose another name.';
  throw new DestinationError('DESTINATION_REFUSED', text);
}

async function recordFailure(
  error: unknown,
  lease: Lease,
  { audienceMap, destination, log }: DeliveryDependencies,
): Promise<DeliveryReport> {
  if (error instanceof DestinationError && !error.retryable) {
    const settled = await audienceMap.settleFailed(lease, error.message);
    if (settled === 'lease-lost') return retryLater('the creation took longer than its lease');
    logAudienceFailed(log, { destination: destination.id });
    return done;
  }
  await audienceMap.release(lease);
  if (!(error instanceof DestinationError)) throw error;
  if (error.code === 'DESTINATION_MISCONFIGURED') {
    logDestinationFault(log, {
      destination: destination.id,
      status: Number(error.details['status']),
    });
  }
  return retryLater(error.message);
}
