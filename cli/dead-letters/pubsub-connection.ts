/** The composition root of the command line on a deployment. */
import type { Config } from '../../shared/config.ts';
import { createFirestoreDeadMembers } from '../../shared/dead-letters/firestore-dead-members.ts';
import { createDeadLetterOperations } from '../../shared/dead-letters/operations.ts';
import { createPubSubDeadLetterStore } from '../../shared/dead-letters/pubsub-dead-letter-store.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { routeByKind } from '../../shared/queue/route-by-kind.ts';
import { applicationDefaultCredentials } from '../google-credentials.ts';
import type { Connection } from './connection.ts';

/** Nobody waits for an answer: better slow than given up. */
const PUBLISH_TIMEOUT_MS = 10_000;

/** Connects to the Pub/Sub topic and subscription, and the Firestore database, of a deployment. */
export function connectToPubSub(config: Config<'operator'>): Connection {
  const projectId = config.GOOGLE_CLOUD_PROJECT;
  const publisherOf = (topic: string) =>
    createPubSubPublisher({
      projectId,
      topic,
      timeoutMs: PUBLISH_TIMEOUT_MS,
      emulatorHost: config.PUBSUB_EMULATOR_HOST,
      credentials: applicationDefaultCredentials(),
    });
  const publisher = routeByKind({
    mutations: publisherOf(config.TOPIC),
    control: publisherOf(config.CONTROL_TOPIC),
  });
  const deadMembers = createFirestoreDeadMembers({
    projectId,
    databaseId: config.FIRESTORE_DATABASE,
    collection: config.FIRESTORE_COLLECTION,
    destination: config.DESTINATION,
  });
  const store = createPubSubDeadLetterStore({
    projectId,
    subscription: config.DEAD_LETTER_SUBSCRIPTION,
  });
  return {
    operations: createDeadLetterOperations({
      store,
      publisher,
      deadMembers,
      sharding: { shards: config.SHARDS, memberId: config.MEMBER_ID },
      destination: config.DESTINATION,
    }),
    close: async () => {
      await Promise.all([publisher.close(), deadMembers.close(), store.close()]);
    },
  };
}
