import { ConfigurationError } from '../errors.ts';
import type { Destination, DestinationSettings } from './destination.ts';
import { parseDescription } from './http/description.ts';
import { createHttpDestination } from './http/http-destination.ts';
import pangolin from './http/platforms/pangolin.json' with { type: 'json' };
import pangolinOneByOne from './http/platforms/pangolin-one-by-one.json' with { type: 'json' };
import type { WrittenDescription } from './http/read-description.ts';

type Factory = (settings: DestinationSettings) => Destination;

/** The third parties that need no code: the JSON files of http/platforms/. */
export const shippedDescriptions: Readonly<Record<string, unknown>> = {
  pangolin,
  'pangolin-one-by-one': pangolinOneByOne,
};

const destinations: Readonly<Record<string, Factory>> = {
  ...Object.fromEntries(
    Object.entries(shippedDescriptions).map(([id, value]): [string, Factory] => [
      id,
      (settings) => createHttpDestination(parseDescription(value, `${id}.json`), settings),
    ]),
  ),
};

/** Ids that DESTINATION may name. */
export const destinationIds: readonly string[] = Object.keys(destinations);

/**
 * The destination with this id, or the one that `written` describes, whose id it must be.
 * @throws ConfigurationError when there is none, or when its description or settings are wrong.
 */
export function createDestination(
  id: string,
  settings: DestinationSettings,
  written?: WrittenDescription,
): Destination {
  if (written !== undefined) return createDescribed(id, settings, written);
  const create = Object.hasOwn(destinations, id) ? destinations[id] : undefined;
  if (create !== undefined) return create(settings);
  const known = destinationIds.join(', ');
  throw new ConfigurationError([
    `DESTINATION: "${id}" is unknown; use one of ${known}, or describe it (DESTINATION_DESCRIPTION)`,
  ]);
}

function createDescribed(
  id: string,
  settings: DestinationSettings,
  { value, source }: WrittenDescription,
): Destination {
  const platform = parseDescription(value, source);
  if (platform.id === id) return createHttpDestination(platform, settings);
  throw new ConfigurationError([
    `DESTINATION: is "${id}", but ${source} has the id "${platform.id}"`,
  ]);
}
