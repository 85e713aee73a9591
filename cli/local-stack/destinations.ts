/** Which destinations a local stack has, and what each is made of. */
import type { Config } from '../../shared/config.ts';
import type { Destination, DestinationSettings } from '../../shared/destinations/destination.ts';
import {
  readDescription,
  type WrittenDescription,
} from '../../shared/destinations/http/read-description.ts';
import { createDestination } from '../../shared/destinations/registry.ts';
import { ConfigurationError } from '../../shared/errors.ts';
import { isPangolin } from './pangolins.ts';

const PANGOLIN_CREDENTIALS = 'pangolin:pangolin';

export interface ChosenDestinations {
  /** The first is the one that intake looks at. */
  readonly ids: readonly [string, ...string[]];
  /** Those whose platform is a Pangolin of the stack. */
  readonly pangolins: readonly string[];
  /** Of the first, where it is a platform of the user's own. */
  readonly description: WrittenDescription | undefined;
}

/**
 * The destinations that the configuration names.
 * @throws ConfigurationError when the description of the user's platform cannot be read.
 */
export function chooseDestinations(config: Config<'localStack'>): ChosenDestinations {
  const { DESTINATION, DESTINATION_DESCRIPTION } = config;
  const description =
    DESTINATION_DESCRIPTION === undefined ? undefined : readDescription(DESTINATION_DESCRIPTION);
  const [first = idIn(description), ...others] = DESTINATION ?? [];
  const ids = [first, ...others] as const;
  const shipped = description === undefined ? ids : others;
  return { ids, pangolins: shipped.filter(isPangolin), description };
}

/** Without an id in it, the description is refused, where it is checked. */
function idIn(description: WrittenDescription | undefined): string {
  if (description === undefined) return 'pangolin';
  const { id } = Object(description.value) as { id?: unknown };
  return typeof id === 'string' ? id : '';
}

/**
 * The destinations, in their order. The variables `DESTINATION_…` are those of the first; each of the
 * others starts with what it needs no variable for.
 * @param pangolinUrls the base URLs of those that have a Pangolin
 * @throws ConfigurationError
 */
export function createDestinations(
  { ids: [first, ...others], description }: ChosenDestinations,
  pangolinUrls: ReadonlyMap<string, string>,
  config: Config<'localStack'>,
): readonly [Destination, ...Destination[]] {
  const settingsOf = (id: string): DestinationSettings => {
    const baseUrl = pangolinUrls.get(id);
    return baseUrl === undefined ? {} : { baseUrl, credentials: constant(PANGOLIN_CREDENTIALS) };
  };
  const usual = settingsOf(first);
  const credentials = config.DESTINATION_CREDENTIALS?.reveal();
  const settings = {
    baseUrl: config.DESTINATION_BASE_URL ?? usual.baseUrl,
    credentials: credentials === undefined ? usual.credentials : constant(credentials),
    options: config.DESTINATION_OPTIONS,
  };
  return [
    createDestination(first, settings, description),
    ...others.map((id) => createFurther(id, settingsOf(id), first)),
  ];
}

function constant(credentials: string): () => Promise<string> {
  return () => Promise.resolve(credentials);
}

function createFurther(id: string, settings: DestinationSettings, first: string): Destination {
  try {
    return createDestination(id, settings);
  } catch (error) {
    const lacksVariables =
      error instanceof ConfigurationError &&
      error.problems.some((problem) => problem.startsWith('DESTINATION_'));
    if (!lacksVariables) throw error;
    const rule = `DESTINATION: the variables above are those of "${first}"; to set them for "${id}", name it first`;
    throw new ConfigurationError([...error.problems, rule], { cause: error });
  }
}
