import { z } from 'zod';
import { ConfigurationError } from '../../errors.ts';
import type { DestinationSettings } from '../destination.ts';
import type { PlatformDescription } from './description/schema.ts';

/** The newest credentials of a platform. */
export interface Credentials {
  /** The one that authenticates calls; empty where none does. */
  readonly main: string;
  /** The named ones, as `credentials.name`. */
  readonly named: Readonly<Record<string, string>>;
}

const object = z.record(z.string(), z.string().min(1));

/**
 * A function that gives the newest credentials.
 * @throws ConfigurationError at once when the platform needs some and there are none; when called, when
 *   they are not written as the description says.
 */
export function credentialsReader(
  { id, auth, credentials: names }: PlatformDescription,
  { credentials }: DestinationSettings,
): () => Promise<Credentials> {
  const shape =
    names === undefined ? SHAPES[auth.type] : `a JSON object with ${names.join(' and ')}`;
  if (shape === undefined) return () => Promise.resolve({ main: '', named: {} });
  if (credentials === undefined) {
    throw new ConfigurationError([`DESTINATION_CREDENTIALS: ${id} needs them, as ${shape}`]);
  }

  return async () => {
    // A line break at the end comes along when a file is made a secret.
    const text = (await credentials()).trim();
    if (names === undefined) return { main: inHeader(text, auth.type), named: {} };
    const parsed = readObject(text);
    const missing = names.filter((name) => parsed?.[name] === undefined);
    if (parsed === undefined || missing.length > 0) {
      const what = parsed === undefined ? 'is not such an object' : `lacks ${missing.join(', ')}`;
      throw new ConfigurationError([`DESTINATION_CREDENTIALS: ${id} needs ${shape}; it ${what}`]);
    }
    const main = auth.type === 'none' ? '' : (parsed[auth.credential ?? ''] ?? '');
    const named = names.map((name) => [`credentials.${name}`, parsed[name] ?? ''] as const);
    return { main: inHeader(main, auth.type), named: Object.fromEntries(named) };
  };
}

/** How the credentials of each kind are written. */
const SHAPES: Readonly<Record<PlatformDescription['auth']['type'], string | undefined>> = {
  none: undefined,
  basic: 'user:password',
  bearer: 'the token',
  'api-key': 'the key',
  'api-key-in-query': 'the key',
  hmac: 'the shared secret',
  'oauth2-client-credentials': 'client_id:client_secret',
};

/** fetch would refuse others without saying why. */
function inHeader(secret: string, type: PlatformDescription['auth']['type']): string {
  const standsInHeader = type === 'bearer' || type === 'api-key';
  if (!standsInHeader || /^[\x20-\x7e]*$/.test(secret)) return secret;
  const text = 'has characters that no header can hold; put the secret in again';
  throw new ConfigurationError([`DESTINATION_CREDENTIALS: ${text}`]);
}

function readObject(text: string): Readonly<Record<string, string>> | undefined {
  try {
    return object.safeParse(JSON.parse(text)).data;
  } catch {
    // Its parser would quote it.
    return undefined;
  }
}
