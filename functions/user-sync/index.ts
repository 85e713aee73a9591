/** Composition root of user-sync, the public HTTP function `sync`. */
import { readConfig } from '../../shared/config.ts';
import { registerFunction } from '../../shared/http/functions-framework.ts';
import { loggedError, logSecretRefreshFailed } from '../../shared/log-events.ts';
import { createLogger } from '../../shared/logger.ts';
import { createEnvironmentSecret } from '../../shared/secrets/environment-secret.ts';
import type { Secret } from '../../shared/secrets/secrets.ts';
import { createUserSyncHandler } from './handler.ts';
import { userSyncSettings } from './settings.ts';

const config = readConfig('userSync');
const log = createLogger(config.LOG_LEVEL);

async function signingSecret(): Promise<Secret | undefined> {
  const { SYNC_SECRETS: values, SYNC_SECRET_NAME: name } = config;
  if (values !== undefined) return createEnvironmentSecret(values);
  if (name === undefined) return undefined;
  // Most relays need no Google client here: its modules run only where they are asked for.
  const { createSecretManagerSecret } =
    await import('../../shared/secrets/secret-manager-secret.ts');
  const onRefreshFailure = (error: unknown) => {
    logSecretRefreshFailed(log, loggedError(error));
  };
  return createSecretManagerSecret({ name, onRefreshFailure });
}

const secret = await signingSecret();

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
