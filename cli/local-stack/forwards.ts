import type { AudienceList } from '../../shared/audience-map/audience-list.ts';
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import type { Config } from '../../shared/config.ts';
import type { DeadLetterOperations } from '../../shared/dead-letters/dead-letter-operations.ts';
import { createDeadLetterOperations } from '../../shared/dead-letters/operations.ts';
import type { CrashStore } from '../../shared/delivery/crash-guard.ts';
import type { DeliveryDependencies } from '../../shared/delivery/dependencies.ts';
import type { Destination } from '../../shared/destinations/destination.ts';
import { dryRun } from '../../shared/dry-run/dry-run.ts';
import { logCloseFailed, loggedError } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import { within } from '../../shared/within.ts';
import { operateAudiences } from '../audiences/operate-audiences.ts';
import type { OperationsByDestination } from './audience-calls.ts';
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

/** What the delivery to a destination works with, and what operators see of it. */
export interface Forward extends DeliveryDependencies {
  readonly audienceList: AudienceList;
  readonly crashStore: CrashStore;
}

/** The parts of a forward: stores of its own, the dead letters of all. */
export function createForward(
  destination: Destination,
  { config, run, queue, log }: ForwardParts,
): Forward {
  const { crashStore, ...stores } = createStores(config, run, destination.id);
  const dependencies: DeliveryDependencies = {
    destination,
    ...stores,
    deadLetters: queue.deadLetters,
    unknownAudience: config.UNKNOWN_AUDIENCE,
    memberId: config.MEMBER_ID,
    retryWindowMs: config.RETRY_WINDOW_SECONDS * 1000,
    leaseMs: config.CREATE_LEASE_SECONDS * 1000,
    log: log.child({ forward: destination.id }),
  };
  if (!config.DRY_RUN) return { ...dependencies, crashStore, audienceList: stores.audienceMap };
  // The map of a run is empty at first: all its audiences are made up.
  const overlay = createEmbeddedAudienceMap();
  return { ...dryRun(dependencies, overlay), crashStore, audienceList: overlay };
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

/** The operations on the audiences of each forward. */
export function audienceOperationsOf(
  forwards: readonly Forward[],
  { queue }: ForwardParts,
): OperationsByDestination {
  return new Map(
    forwards.map(({ destination: { id: destination }, audienceMap, audienceList }) => {
      const map = {
        find: audienceMap.find.bind(audienceMap),
        list: audienceList.list.bind(audienceList),
      };
      return [destination, operateAudiences({ map, publisher: queue.publisher, destination })];
    }),
  );
}

/** Closes the destination and the stores of a forward, once nothing is delivered any more. */
export async function closeForward(forward: Forward): Promise<void> {
  const { destination, audienceMap, deadMembers, crashStore, log } = forward;
  await within(closeDestination(destination, log), CLOSE_TIMEOUT_MS);
  await Promise.all([audienceMap.close(), deadMembers.close(), crashStore.close()]);
}

async function closeDestination(destination: Destination, log: Logger): Promise<void> {
  try {
    await destination.close?.();
  } catch (error) {
    logCloseFailed(log, loggedError(error));
  }
}
