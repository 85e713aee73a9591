/** Composition root of user-sync, the public HTTP function `sync`. */
import { readConfig } from '../../shared/config.ts';
import { registerFunction } from '../../shared/http/functions-framework.ts';
import { createLogger } from '../../shared/logger.ts';
import { MAPP_SYNC_HOSTS } from '../../shared/mapp/user-sync.ts';
import { createUserSyncHandler } from './handler.ts';

const config = readConfig('userSync');
const log = createLogger(config.LOG_LEVEL);

registerFunction({
  name: 'sync',
  log,
  handler: createUserSyncHandler({
    allowedHosts: MAPP_SYNC_HOSTS,
    log,
    project: config.GOOGLE_CLOUD_PROJECT,
  }),
  close: () => Promise.resolve(),
});
