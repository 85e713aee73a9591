import { readConfig } from '../../shared/config.ts';
import { isOnDeployment, localStackAddress } from '../local-stack-address.ts';
import type { Connection } from './connection.ts';
import { createLocalClient } from './local-client.ts';
import { connectToPubSub } from './pubsub-connection.ts';

/**
 * The dead letters of a deployment where DEAD_LETTER_SUBSCRIPTION is set, else those of the local stack.
 * @param local URL of the local stack, which then is meant whatever the environment says
 * @throws ConfigurationError, or CommandProblem when the URL is none to send a secret to
 */
export function connect(local: string | undefined): Connection {
  if (isOnDeployment(local)) return connectToPubSub(readConfig('operator'));
  const operations = createLocalClient(localStackAddress(local));
  return { operations, close: () => Promise.resolve() };
}
