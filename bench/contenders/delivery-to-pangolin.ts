import type { AudienceMap } from '../../shared/audience-map/audience-map.ts';
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import type { Config } from '../../shared/config.ts';
import { createEmbeddedDeadLetterStore } from '../../shared/dead-letters/embedded-dead-letter-store.ts';
import { createEmbeddedDeadMembers } from '../../shared/dead-letters/embedded-dead-members.ts';
import type { DeliveryDependencies } from '../../shared/delivery/dependencies.ts';
import type { Logger } from '../../shared/logger.ts';
import { pangolinDestination } from './pangolin-destination.ts';

export interface DeliveryToPangolin {
  /** Pangolin's. */
  readonly baseUrl: string;
  readonly membersPerCall: number;
  readonly config: Config<'localStack'>;
  readonly log: Logger;
  /** Its `mapReads` grows with every read of the audience map. */
  readonly counts: { mapReads: number };
}

/** The parts of forward's delivery to a Pangolin, with an audience map in memory. */
export function deliveryToPangolin(options: DeliveryToPangolin): {
  dependencies: DeliveryDependencies;
  map: AudienceMap;
} {
  const { config, log, counts } = options;
  const map = createEmbeddedAudienceMap();
  const dependencies: DeliveryDependencies = {
    destination: pangolinDestination(options.baseUrl, options.membersPerCall),
    audienceMap: {
      ...map,
      find: (id) => {
        counts.mapReads += 1;
        return map.find(id);
      },
    },
    deadLetters: createEmbeddedDeadLetterStore(),
    deadMembers: createEmbeddedDeadMembers(),
    unknownAudience: 'create',
    memberId: config.MEMBER_ID,
    retryWindowMs: config.RETRY_WINDOW_SECONDS * 1_000,
    leaseMs: config.CREATE_LEASE_SECONDS * 1_000,
    log,
  };
  return { dependencies, map };
}
