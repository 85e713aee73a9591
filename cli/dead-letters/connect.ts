import { readConfig } from '../../shared/config.ts';
import { isOnDeployment, localStackAddress } from '../local-stack-address.ts';
import type { Connection } from './connection.ts';
import { createLocalClient } from './local-client.ts';

/**
 * The dead letters of a deployment where DEAD_LETTER_SUBSCRIPTION is set, else those of the local stack.
 * @param local URL of the local stack, which then is meant whatever the environment says
 * @throws ConfigurationError, or CommandProblem when the URL is none to send a secret to
 */
export async function connect(local: string | undefined): Promise<Connection> {
  if (isOnDeployment(local)) {
    const config = readConfig('operator');
    // Google's clients take longer to load than all else here; no other command waits for them.
    const { connectToPubSub } = await import('./pubsub-connection.ts');
    return connectToPubSub(config);
  }
  const operations = createLocalClient(localStackAddress(local));
  return { operations, close: () => Promise.resolve() };
}
