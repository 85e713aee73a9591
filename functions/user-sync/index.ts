/** Composition root of user-sync, the public HTTP function `sync`. */
import { readConfig } from '../../shared/config.ts';
import { createMetadataCredentials } from '../../shared/google/metadata-credentials.ts';
import { registerFunction } from '../../shared/http/functions-framework.ts';
import { loggedError, logSecretRefreshFailed } from '../../shared/log-events.ts';
import { createLogger } from '../../shared/logger.ts';
import { createEnvironmentSecret } from '../../shared/secrets/environment-secret.ts';
import { createSecretManagerSecret } from '../../shared/secrets/secret-manager-secret.ts';
import type { Secret } from '../../shared/secrets/secrets.ts';
import { createUserSyncHandler } from './handler.ts';
import { userSyncSettings } from './settings.ts';

const config = readConfig('userSync');
const log = createLogger(config.LOG_LEVEL);

function signingSecret(): Secret | undefined {
  const { SYNC_SECRETS: values, SYNC_SECRET_NAME: name } = config;
  if (values !== undefined) return createEnvironmentSecret(values);
  if (name === undefined) return undefined;
  const onRefreshFailure = (error: unknown) => {
    logSecretRefreshFailed(log, loggedError(error));
  };
  return createSecretManagerSecret({
    name,
    credentials: createMetadataCredentials(),
    onRefreshFailure,
  });
}

const secret = signingSecret();

registerFunction({
  name: 'sync',
  log,
  handler: createUserSyncHandler({
    settings: userSyncSettings(config, secret),
    log,
    project: config.GOOGLE_CLOUD_PROJECT,
  }),
  close: () => Promise.resolve(),
});
