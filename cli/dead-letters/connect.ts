import { environment, readConfig } from '../../shared/config.ts';
import { isBaseUrl } from '../../shared/http/base-url.ts';
import { CommandProblem } from '../command-problem.ts';
import type { Connection } from './connection.ts';
import { createLocalClient } from './local-client.ts';
import { connectToPubSub } from './pubsub-connection.ts';

/**
 * The dead letters of a deployment where DEAD_LETTER_SUBSCRIPTION is set, else those of the local stack.
 * @param local URL of the local stack, which then is meant whatever the environment says
 * @throws ConfigurationError, or CommandProblem when the URL is none to send a secret to
 */
export function connect(local: string | undefined): Connection {
  const onPubSub = (environment['DEAD_LETTER_SUBSCRIPTION'] ?? '') !== '';
  if (local === undefined && onPubSub) return connectToPubSub(readConfig('operator'));

  const { PORT, HMAC_SECRETS } = readConfig('operatorLocal');
  const url = local?.replace(/\/$/, '') ?? `http://127.0.0.1:${PORT}`;
  if (!isBaseUrl(url)) {
    throw new CommandProblem('--local: write it as http://127.0.0.1:8080, on this machine.', 2);
  }
  const secret = HMAC_SECRETS[0]?.reveal() ?? '';
  return { operations: createLocalClient({ url, secret }), close: () => Promise.resolve() };
}
