import { createFirestoreAudienceMap } from '../../../shared/audience-map/firestore-audience-map.ts';
import type { Config } from '../../../shared/config.ts';
import type { Looked } from '../looked.ts';
import { look, LOOK_TIMEOUT_MS } from './google-call.ts';

/** Nobody's id. */
const NO_AUDIENCE = 'audience-relay-doctor';

export interface FirestoreLook {
  /** Reads a record that is not there. */
  audienceMap(): Promise<Looked<'answers'>>;
  close(): Promise<void>;
}

/** Looks whether the database of the audience map answers. */
export function createFirestoreLook(config: Config<'doctor'>): FirestoreLook {
  const audienceMap = createFirestoreAudienceMap({
    projectId: config.GOOGLE_CLOUD_PROJECT,
    databaseId: config.FIRESTORE_DATABASE,
    collection: config.FIRESTORE_COLLECTION,
    destination: config.DESTINATION,
    timeoutMs: LOOK_TIMEOUT_MS,
  });
  let isUnderWay = false;
  return {
    audienceMap: async () => {
      const looked = await look(audienceMap.find(NO_AUDIENCE).then(() => 'answers' as const));
      isUnderWay = looked.kind === 'unanswered';
      return looked;
    },
    // Terminated with a call under way, the client rejects a promise that nobody can catch.
    close: () => (isUnderWay ? Promise.resolve() : audienceMap.close()),
  };
}
