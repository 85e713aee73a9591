/** The composition root of `audiences` on a deployment. */
import { createFirestoreAudienceMap } from '../../shared/audience-map/firestore-audience-map.ts';
import type { Config } from '../../shared/config.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { applicationDefaultCredentials } from '../google-credentials.ts';
import type { AudienceConnection } from './connection.ts';
import { operateAudiences } from './operate-audiences.ts';

/** Nobody waits for an answer: better slow than given up. */
const PUBLISH_TIMEOUT_MS = 10_000;

/** Connects to the Firestore database and the Pub/Sub control topic of a deployment. */
export function connectToFirestore(config: Config<'operator'>): AudienceConnection {
  const { GOOGLE_CLOUD_PROJECT: projectId, DESTINATION: destination } = config;
  const map = createFirestoreAudienceMap({
    projectId,
    databaseId: config.FIRESTORE_DATABASE,
    collection: config.FIRESTORE_COLLECTION,
    destination,
  });
  const publisher = createPubSubPublisher({
    projectId,
    topic: config.CONTROL_TOPIC,
    timeoutMs: PUBLISH_TIMEOUT_MS,
    emulatorHost: config.PUBSUB_EMULATOR_HOST,
    credentials: applicationDefaultCredentials(),
  });
  return {
    operations: operateAudiences({ map, publisher, destination }),
    close: async () => {
      await Promise.all([map.close(), publisher.close()]);
    },
  };
}
