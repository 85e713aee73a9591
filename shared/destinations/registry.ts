import { ConfigurationError } from '../errors.ts';
import type { Destination, DestinationSettings } from './destination.ts';
import { createFileDropDestination } from './file-drop/file-drop-destination.ts';
import { parseDescription } from './http/description/parse-description.ts';
import { createHttpDestination } from './http/http-destination.ts';
import brazeCohorts from './http/platforms/braze-cohorts.json' with { type: 'json' };
import linkedinDmpSegments from './http/platforms/linkedin-dmp-segments.json' with { type: 'json' };
import metaCustomAudiences from './http/platforms/meta-custom-audiences.json' with { type: 'json' };
import pangolin from './http/platforms/pangolin.json' with { type: 'json' };
import pangolinOneByOne from './http/platforms/pangolin-one-by-one.json' with { type: 'json' };
import taboolaFirstParty from './http/platforms/taboola-first-party.json' with { type: 'json' };
import type { WrittenDescription } from './http/read-description.ts';
import { createMolocoDestination } from './moloco/moloco-destination.ts';
import { createRoktDestination } from './rokt/rokt-destination.ts';

type Factory = (settings: DestinationSettings) => Destination;

/** The third parties that need no code: the JSON files of http/platforms/. */
export const shippedDescriptions: Readonly<Record<string, unknown>> = {
  pangolin,
  'pangolin-one-by-one': pangolinOneByOne,
  'braze-cohorts': brazeCohorts,
  'linkedin-dmp-segments': linkedinDmpSegments,
  'meta-custom-audiences': metaCustomAudiences,
  'taboola-first-party': taboolaFirstParty,
};

const destinations: Readonly<Record<string, Factory>> = {
  ...Object.fromEntries(
    Object.entries(shippedDescriptions).map(([id, value]): [string, Factory] => [
      id,
      (settings) => createHttpDestination(parseDescription(value, `${id}.json`), settings),
    ]),
  ),
  rokt: createRoktDestination,
  moloco: createMolocoDestination,
  'file-drop': createFileDropDestination,
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
