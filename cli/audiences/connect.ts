import { environment, readConfig } from '../../shared/config.ts';
import { isOnDeployment, localStackAddress } from '../local-stack-address.ts';
import type { AudienceConnection } from './connection.ts';
import { createLocalClient } from './local-client.ts';

/** Which relay is meant, and whose audiences. */
export interface WhereOptions {
  /** URL of the local stack, which then is meant whatever the environment says. */
  readonly local?: string;
  /** Id of the destination. Default: DESTINATION; on the local stack, the one that intake looks at. */
  readonly destination?: string;
}

/**
 * The audiences of a deployment where DEAD_LETTER_SUBSCRIPTION is set, else those of the local stack.
 * @throws ConfigurationError, or CommandProblem when the URL is none to send a secret to
 */
export async function connect({ local, destination }: WhereOptions): Promise<AudienceConnection> {
  if (isOnDeployment(local)) {
    const named = destination === undefined ? {} : { DESTINATION: destination };
    const config = readConfig('operator', { ...environment, ...named });
    // Google's clients take longer to load than all else here; no other command waits for them.
    const { connectToFirestore } = await import('./firestore-connection.ts');
    return connectToFirestore(config);
  }
  const operations = createLocalClient(localStackAddress(local), destination);
  return { operations, close: () => Promise.resolve() };
}
