/** Composition root of forward, the private HTTP function that Pub/Sub wakes. */
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import { createFirestoreAudienceMap } from '../../shared/audience-map/firestore-audience-map.ts';
import { readConfig } from '../../shared/config.ts';
import { createFirestoreDeadMembers } from '../../shared/dead-letters/firestore-dead-members.ts';
import type { DeliveryDependencies } from '../../shared/delivery/dependencies.ts';
import { leaseFor } from '../../shared/delivery/drain.ts';
import { createDrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import { createFirestoreCrashStore } from '../../shared/delivery/firestore-crash-store.ts';
import { readDescription } from '../../shared/destinations/http/read-description.ts';
import { withInstanceShare } from '../../shared/destinations/instance-share.ts';
import { createDestination } from '../../shared/destinations/registry.ts';
import { dryRun } from '../../shared/dry-run/dry-run.ts';
import { createMetadataCredentials } from '../../shared/google/metadata-credentials.ts';
import { registerFunction } from '../../shared/http/functions-framework.ts';
import { loggedError, logSecretRefreshFailed } from '../../shared/log-events.ts';
import { createLogger } from '../../shared/logger.ts';
import { createPubSubConsumer } from '../../shared/queue/pubsub-consumer.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { createEnvironmentSecret } from '../../shared/secrets/environment-secret.ts';
import { createSecretManagerSecret } from '../../shared/secrets/secret-manager-secret.ts';
import type { Secret } from '../../shared/secrets/secrets.ts';
import { createForwardHandler } from './handler.ts';
import { createWakeHost } from './wake-host.ts';

/** Forward may take its time over a dead letter: nobody waits for its answer. */
const DEAD_LETTER_TIMEOUT_MS = 10_000;

/** Cloud Run sends SIGKILL ten seconds after SIGTERM; what follows takes the rest. */
const STOP_TIMEOUT_MS = 6_000;

const config = readConfig('forward');
const log = createLogger(config.LOG_LEVEL);
const credentials = createMetadataCredentials();

function destinationSecret(): Secret | undefined {
  const { DESTINATION_CREDENTIALS: value, DESTINATION_CREDENTIALS_SECRET_NAME: name } = config;
  if (value !== undefined) return createEnvironmentSecret([value]);
  if (name === undefined) return undefined;
  return createSecretManagerSecret({ name, credentials, onRefreshFailure });
}

function onRefreshFailure(error: unknown): void {
  logSecretRefreshFailed(log, loggedError(error));
}

const secret = destinationSecret();
const stores = {
  projectId: config.GOOGLE_CLOUD_PROJECT,
  databaseId: config.FIRESTORE_DATABASE,
  collection: config.FIRESTORE_COLLECTION,
  destination: config.DESTINATION,
};
const audienceMap = createFirestoreAudienceMap(stores);
const deadMembers = createFirestoreDeadMembers(stores);
const deadLetters = createPubSubPublisher({
  projectId: config.GOOGLE_CLOUD_PROJECT,
  topic: config.DEAD_LETTER_TOPIC,
  timeoutMs: DEAD_LETTER_TIMEOUT_MS,
  emulatorHost: config.PUBSUB_EMULATOR_HOST,
  credentials,
});
const description = config.DESTINATION_DESCRIPTION;
const destination = withInstanceShare(
  createDestination(
    config.DESTINATION,
    {
      baseUrl: config.DESTINATION_BASE_URL,
      credentials: secret && (async () => (await secret.current())[0] ?? ''),
      options: config.DESTINATION_OPTIONS,
    },
    description === undefined ? undefined : readDescription(description),
  ),
  config.MAX_INSTANCES,
);
const dependencies: DeliveryDependencies = {
  destination,
  audienceMap,
  deadLetters,
  deadMembers,
  // The third party refuses us: its credentials may have been changed.
  onDestinationFault: () => void secret?.refresh().catch(onRefreshFailure),
  unknownAudience: config.UNKNOWN_AUDIENCE,
  memberId: config.MEMBER_ID,
  retryWindowMs: config.RETRY_WINDOW_SECONDS * 1000,
  leaseMs: config.CREATE_LEASE_SECONDS * 1000,
  log,
};
const forwarding = config.DRY_RUN
  ? dryRun(dependencies, createEmbeddedAudienceMap())
  : dependencies;
const consumer = createPubSubConsumer({
  projectId: config.GOOGLE_CLOUD_PROJECT,
  subscription: config.PULL_SUBSCRIPTION,
  leaseMs: leaseFor(destination.capabilities.callTimeoutMs),
  emulatorHost: config.PUBSUB_EMULATOR_HOST,
  credentials,
});
const crashStore = createFirestoreCrashStore({ ...stores, subscription: config.PULL_SUBSCRIPTION });
const maxBytes = config.MAX_PENDING_BYTES;
const delivery = createDrainedDelivery(forwarding, { consumer, crashStore, maxBytes });
const host = createWakeHost(delivery);

registerFunction({
  name: 'forward',
  log,
  handler: createForwardHandler({
    host,
    push: (message, key, gone) => delivery.push(message, key, gone),
    wakeSubscription: config.WAKE_SUBSCRIPTION,
    log,
    maxPendingBytes: maxBytes,
  }),
  stop: () => host.stop(STOP_TIMEOUT_MS),
  close: async () => {
    await Promise.all([consumer.close(), crashStore.close()]);
    // What it holds back comes first: the others hold nothing.
    await destination.close?.();
    await Promise.all([deadLetters.close(), audienceMap.close(), deadMembers.close()]);
  },
});
