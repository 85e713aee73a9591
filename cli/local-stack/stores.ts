import type { ListedAudienceMap } from '../../shared/audience-map/audience-list.ts';
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import { createFirestoreAudienceMap } from '../../shared/audience-map/firestore-audience-map.ts';
import type { Config } from '../../shared/config.ts';
import type { DeadMembers } from '../../shared/dead-letters/dead-members.ts';
import { createEmbeddedDeadMembers } from '../../shared/dead-letters/embedded-dead-members.ts';
import { createFirestoreDeadMembers } from '../../shared/dead-letters/firestore-dead-members.ts';
import type { CrashStore } from '../../shared/delivery/crash-guard.ts';
import { createEmbeddedCrashStore } from '../../shared/delivery/embedded-crash-store.ts';
import { createFirestoreCrashStore } from '../../shared/delivery/firestore-crash-store.ts';
import { LOCAL_PROJECT, type Run } from './run.ts';

/** What the local stack keeps of one destination. */
export interface Stores {
  readonly audienceMap: ListedAudienceMap;
  readonly deadMembers: DeadMembers;
  readonly crashStore: CrashStore;
}

/** The stores of a destination: embedded, or in Firestore's emulator. */
export function createStores(config: Config<'localStack'>, run: Run, destination: string): Stores {
  if (config.FIRESTORE_EMULATOR_HOST === undefined) {
    return {
      audienceMap: createEmbeddedAudienceMap(),
      deadMembers: createEmbeddedDeadMembers(),
      crashStore: createEmbeddedCrashStore(),
    };
  }
  const options = {
    projectId: LOCAL_PROJECT,
    databaseId: '(default)',
    collection: run.name,
    destination,
  };
  return {
    audienceMap: createFirestoreAudienceMap(options),
    deadMembers: createFirestoreDeadMembers(options),
    crashStore: createFirestoreCrashStore({ ...options, subscription: 'forward' }),
  };
}
