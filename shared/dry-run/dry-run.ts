import type { AudienceMap } from '../audience-map/audience-map.ts';
import type { DeadMembers } from '../dead-letters/dead-members.ts';
import type { DeliveryDependencies } from '../delivery/dependencies.ts';
import { logDryRunStarted } from '../log-events.ts';
import type { Publisher } from '../queue/queue.ts';
import { dryRunAudienceMap } from './dry-run-audience-map.ts';
import { dryRunDestination } from './dry-run-destination.ts';

/**
 * What a delivery needs to do all it does but leave a trace of it: messages are decoded, audiences
 * resolved, members batched, limits kept and calls logged, with `dryRun: true` in every line. Nobody
 * is called, nothing is written, and all members count as delivered. Says so in the log.
 * @param overlay an empty audience map, for segments that are made up
 */
export function dryRun(
  dependencies: DeliveryDependencies,
  overlay: AudienceMap,
): DeliveryDependencies {
  const { destination, audienceMap, deadMembers, deadLetters } = dependencies;
  const log = dependencies.log.child({ dryRun: true });
  logDryRunStarted(log, { destination: destination.id });
  return {
    ...dependencies,
    destination: dryRunDestination(destination),
    audienceMap: dryRunAudienceMap(audienceMap, overlay),
    deadMembers: readOnly(deadMembers),
    deadLetters: publishingNothing(deadLetters),
    // Audiences that were created before the dry run began are unknown to it, and nobody creates them again.
    unknownAudience: 'create',
    log,
  };
}

function readOnly(deadMembers: DeadMembers): DeadMembers {
  const nothing = () => Promise.resolve();
  return {
    find: deadMembers.find.bind(deadMembers),
    recordDead: nothing,
    recordDelivered: nothing,
    forget: nothing,
    close: deadMembers.close.bind(deadMembers),
  };
}

/** A dead letter of a dry run would be replayed as if the third party had been asked. */
function publishingNothing(publisher: Publisher): Publisher {
  return { publish: () => Promise.resolve('dry-run'), close: publisher.close.bind(publisher) };
}
