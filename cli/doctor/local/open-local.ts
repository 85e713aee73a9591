import { readConfig, type Config, type Environment } from '../../../shared/config.ts';
import type { Destination } from '../../../shared/destinations/destination.ts';
import { sendRequest, type Reply } from '../../../shared/destinations/send-request.ts';
import { isBaseUrl } from '../../../shared/http/base-url.ts';
import { CommandProblem } from '../../command-problem.ts';
import { chooseDestinations, createDestinations } from '../../local-stack/destinations.ts';
import { createIntake, type Intake } from '../intake.ts';
import { once } from '../once.ts';

const TIMEOUT_MS = 8_000;

/** A local stack as its checks see it. */
export interface LocalStackLook {
  readonly url: string;
  readonly intake: Intake;
  readonly destinations: readonly LocalDestination[];
  /** What its `/healthz` answers. */
  readonly health: () => Promise<Reply>;
}

export interface LocalDestination {
  readonly destination: Destination;
  /** Whether the stack itself runs its platform. */
  readonly isOfStack: boolean;
}

/**
 * Opens the local stack that these variables start; nothing is called before a check looks at it.
 * @param local its URL, where PORT does not tell it
 * @throws ConfigurationError with every problem of the variables, or of a destination's settings;
 *   CommandProblem when the URL is none to send a secret to, or is not known
 */
export function openLocal(variables: Environment, local: string | undefined): LocalStackLook {
  const config = readConfig('localStack', variables);
  const destinations = openDestinations(config);
  const url = urlOf(config, local);
  const [secret] = config.HMAC_SECRETS;
  return {
    url,
    destinations,
    intake: createIntake({
      url,
      hmacSecret: () => Promise.resolve({ kind: 'known', value: secret?.reveal() ?? '' }),
      basicAuth: () =>
        Promise.resolve(
          config.BASIC_AUTH === undefined
            ? { kind: 'none' }
            : { kind: 'known', value: config.BASIC_AUTH.reveal() },
        ),
    }),
    health: once(() => {
      const request = { method: 'GET', url: new URL(`${url}/healthz`), headers: {} };
      return sendRequest(request, { timeoutMs: TIMEOUT_MS });
    }),
  };
}

function urlOf({ PORT }: Config<'localStack'>, local: string | undefined): string {
  if (local !== undefined) {
    if (isBaseUrl(local)) return local.replace(/\/$/, '');
    throw new CommandProblem('--local: write it as http://127.0.0.1:8080, on this machine.', 2);
  }
  if (PORT !== 0) return `http://127.0.0.1:${PORT}`;
  throw new CommandProblem('PORT is 0, any free one: give --local with what npm start printed.', 2);
}

function openDestinations(config: Config<'localStack'>): LocalDestination[] {
  const { PANGOLIN_PORT, DESTINATION_BASE_URL } = config;
  const chosen = chooseDestinations(config);
  const urls = chosen.pangolins.map((id, index): [string, string] => [
    id,
    `http://127.0.0.1:${PANGOLIN_PORT + index}`,
  ]);
  return createDestinations(chosen, new Map(urls), config).map((destination, index) => {
    const isElsewhere = index === 0 && DESTINATION_BASE_URL !== undefined;
    const isOfStack = chosen.pangolins.includes(destination.id) && !isElsewhere;
    return { destination, isOfStack };
  });
}
