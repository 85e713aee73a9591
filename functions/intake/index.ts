/** Composition root of intake, the public HTTP function `diy`. */
import { createLazyAudienceMap } from '../../shared/audience-map/lazy-audience-map.ts';
import { readConfig } from '../../shared/config.ts';
import { createMetadataCredentials } from '../../shared/google/metadata-credentials.ts';
import { registerFunction } from '../../shared/http/functions-framework.ts';
import {
  loggedError,
  logIgnoredSettings,
  logSecretRefreshFailed,
} from '../../shared/log-events.ts';
import { createLogger } from '../../shared/logger.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { routeByKind } from '../../shared/queue/route-by-kind.ts';
import type { SecretText } from '../../shared/secret-text.ts';
import { createEnvironmentSecret } from '../../shared/secrets/environment-secret.ts';
import { createSecretManagerSecret } from '../../shared/secrets/secret-manager-secret.ts';
import type { Secret } from '../../shared/secrets/secrets.ts';
import { createIntakeHandler } from './handler.ts';
import { intakeSettings } from './settings.ts';

const config = readConfig('intake');
const log = createLogger(config.LOG_LEVEL);
const credentials = createMetadataCredentials();
logIgnoredSettings(log, config);

function secretFrom(
  values: readonly SecretText[] | undefined,
  name: string | undefined,
): Secret | undefined {
  if (values !== undefined) return createEnvironmentSecret(values);
  if (name === undefined) return undefined;
  const onRefreshFailure = (error: unknown) => {
    logSecretRefreshFailed(log, loggedError(error));
  };
  return createSecretManagerSecret({ name, credentials, onRefreshFailure });
}

const hmacSecret = secretFrom(config.HMAC_SECRETS, config.HMAC_SECRET_NAME);
if (hmacSecret === undefined) throw new TypeError('The configuration demands an HMAC secret.');
const publisherOf = (topic: string) =>
  createPubSubPublisher({
    projectId: config.GOOGLE_CLOUD_PROJECT,
    topic,
    timeoutMs: config.PUBLISH_TIMEOUT_MS,
    emulatorHost: config.PUBSUB_EMULATOR_HOST,
    credentials,
  });
const publisher = routeByKind({
  mutations: publisherOf(config.TOPIC),
  control: publisherOf(config.CONTROL_TOPIC),
});
const audienceMap = createLazyAudienceMap(async () => {
  const { createFirestoreAudienceMap } =
    await import('../../shared/audience-map/firestore-audience-map.ts');
  return createFirestoreAudienceMap({
    projectId: config.GOOGLE_CLOUD_PROJECT,
    databaseId: config.FIRESTORE_DATABASE,
    collection: config.FIRESTORE_COLLECTION,
    destination: config.DESTINATION,
  });
});
// Then every new audience is looked up, and a look has little time.
if (config.RETURN_SEGMENT_ID) await audienceMap.load();

registerFunction({
  name: 'diy',
  log,
  handler: createIntakeHandler({
    hmacSecret,
    basicAuth: secretFrom(config.BASIC_AUTH && [config.BASIC_AUTH], config.BASIC_AUTH_SECRET_NAME),
    publisher,
    audienceMap,
    log,
    settings: { ...intakeSettings(config), project: config.GOOGLE_CLOUD_PROJECT },
  }),
  close: async () => {
    await Promise.all([publisher.close(), audienceMap.close()]);
  },
});
