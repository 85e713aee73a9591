import { parseDescription } from '../../shared/destinations/http/description/parse-description.ts';
import type { PlatformDescription } from '../../shared/destinations/http/description/schema.ts';
import { readDescription } from '../../shared/destinations/http/read-description.ts';
import type { Destination, DestinationSettings } from '../../shared/destinations/destination.ts';
import { createDestination, shippedDescriptions } from '../../shared/destinations/registry.ts';

/** What a command is told: a file with a description, or the id of a destination that ships. */
export interface Platform {
  readonly id: string;
  /** None of a destination that is code. */
  readonly description: PlatformDescription | undefined;
  /** The header in which it wants its proof of who calls, where that is one of its own. */
  readonly proofHeader: string | undefined;
  create(settings: DestinationSettings): Destination;
}

/**
 * Opens `my-platform.json`, or a shipped destination by its id.
 * @throws ConfigurationError when there is no such file or id, or with every problem of a description.
 */
export function openPlatform(name: string): Platform {
  if (name.endsWith('.json')) {
    const written = readDescription(name);
    const description = parseDescription(written.value, written.source);
    const { id } = description;
    const create = (settings: DestinationSettings) => createDestination(id, settings, written);
    return { id, description, proofHeader: proofHeaderOf(description), create };
  }
  const shipped = Object.hasOwn(shippedDescriptions, name) ? shippedDescriptions[name] : undefined;
  const description = shipped === undefined ? undefined : parseDescription(shipped, name);
  const create = (settings: DestinationSettings) => createDestination(name, settings);
  return { id: name, description, proofHeader: proofHeaderOf(description), create };
}

function proofHeaderOf(description: PlatformDescription | undefined): string | undefined {
  const auth = description?.auth;
  return auth?.type === 'hmac' || auth?.type === 'api-key' ? auth.header : undefined;
}
