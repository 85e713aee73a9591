import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import type { Config } from '../../shared/config.ts';
import type { DeadLetterOperations } from '../../shared/dead-letters/dead-letter-operations.ts';
import { createDeadLetterOperations } from '../../shared/dead-letters/operations.ts';
import type { DeliveryDependencies } from '../../shared/delivery/dependencies.ts';
import type { Destination } from '../../shared/destinations/destination.ts';
import { dryRun } from '../../shared/dry-run/dry-run.ts';
import { logCloseFailed, loggedError } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import { within } from '../../shared/within.ts';
import { fanOutOperations, type OwnOperations } from './fan-out-operations.ts';
import type { QueueParts } from './queue-parts.ts';
import type { Run } from './run.ts';
import { createStores } from './stores.ts';

/** What a destination holds back must not keep the stack from ending. */
const CLOSE_TIMEOUT_MS = 500;

export interface ForwardParts {
  readonly config: Config<'localStack'>;
  readonly run: Run;
  readonly queue: QueueParts;
  readonly log: Logger;
}

/** What the delivery to a destination works with: stores of its own, the dead letters of all. */
export function createForward(
  destination: Destination,
  { config, run, queue, log }: ForwardParts,
): DeliveryDependencies {
  const dependencies: DeliveryDependencies = {
    destination,
    ...createStores(config, run, destination.id),
    deadLetters: queue.deadLetters,
    unknownAudience: config.UNKNOWN_AUDIENCE,
    memberId: config.MEMBER_ID,
    retryWindowMs: config.RETRY_WINDOW_SECONDS * 1000,
    leaseMs: config.CREATE_LEASE_SECONDS * 1000,
    log: log.child({ forward: destination.id }),
  };
  return config.DRY_RUN ? dryRun(dependencies, createEmbeddedAudienceMap()) : dependencies;
}

/** The operations on the dead letters of all forwards. */
export function operationsOf(
  [first, ...others]: readonly [DeliveryDependencies, ...DeliveryDependencies[]],
  { config, queue }: ForwardParts,
): DeadLetterOperations {
  const own = ({ destination: { id }, deadMembers }: DeliveryDependencies): OwnOperations => [
    id,
    createDeadLetterOperations({
      store: queue.deadLetterStore,
      publisher: queue.publisher,
      deadMembers,
      sharding: { shards: config.SHARDS, memberId: config.MEMBER_ID },
      destination: id,
    }),
  ];
  return fanOutOperations([own(first), ...others.map(own)]);
}

/** Closes the destination and the stores of a forward, once nothing is delivered any more. */
export async function closeForward(forward: DeliveryDependencies): Promise<void> {
  const { destination, audienceMap, deadMembers, log } = forward;
  await within(closeDestination(destination, log), CLOSE_TIMEOUT_MS);
  await Promise.all([audienceMap.close(), deadMembers.close()]);
}

async function closeDestination(destination: Destination, log: Logger): Promise<void> {
  try {
    await destination.close?.();
  } catch (error) {
    logCloseFailed(log, loggedError(error));
  }
}
