import { environment, readConfig } from '../shared/config.ts';
import { isBaseUrl } from '../shared/http/base-url.ts';
import { CommandProblem } from './command-problem.ts';

export interface LocalStackAddress {
  readonly url: string;
  /** The newest of the stack's HMAC_SECRETS. */
  readonly secret: string;
}

/**
 * Where the local stack is, by what it is started with.
 * @param local its URL, where the user gave one
 * @throws ConfigurationError, or CommandProblem when the URL is none to send a secret to
 */
export function localStackAddress(local: string | undefined): LocalStackAddress {
  const { PORT, HMAC_SECRETS } = readConfig('operatorLocal');
  const url = local?.replace(/\/$/, '') ?? `http://127.0.0.1:${PORT}`;
  if (!isBaseUrl(url)) {
    throw new CommandProblem('--local: write it as http://127.0.0.1:8080, on this machine.', 2);
  }
  return { url, secret: HMAC_SECRETS[0]?.reveal() ?? '' };
}

/** Whether a deployment is meant: its variables are set, and no local stack is named. */
export function isOnDeployment(local: string | undefined): boolean {
  return local === undefined && (environment['DEAD_LETTER_SUBSCRIPTION'] ?? '') !== '';
}
