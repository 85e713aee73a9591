import { z } from 'zod';
import { PlatformError } from '../errors.ts';
import { createGoogleApi, type GoogleApi, type GoogleCredentials } from '../google/google-api.ts';
import { textOfSecret } from './secret-payload.ts';
import type { Secret } from './secrets.ts';

const BASE_URL = 'https://secretmanager.googleapis.com';

/** Two are accepted, so that the sender may switch at any moment of a rotation. */
const ACCEPTED_VERSIONS = 2;
/** A request waits for the read: the store must not hold it for long. */
const READ_TIMEOUT_MS = 1_500;

export interface SecretManagerSecretOptions {
  /** `projects/P/secrets/S` */
  readonly name: string;
  readonly credentials?: GoogleCredentials;
  /** The store is asked again at most this often, however many requests mismatch. */
  readonly minRefreshIntervalMs?: number;
  /** A request reads again what is older: a version disabled meanwhile is not accepted any more. */
  readonly maxAgeMs?: number;
  /** Called when a refresh failed and the cached values stay in force. */
  readonly onRefreshFailure: (error: PlatformError) => void;
  /** Default: Google's. */
  readonly baseUrl?: string;
  readonly now?: () => number;
}

/**
 * The two newest enabled versions of a Secret Manager secret, read at first use, cached, and read
 * again after a mismatch. One trailing newline, which `echo` adds when a version is made, is not
 * part of the secret.
 */
export function createSecretManagerSecret(options: SecretManagerSecretOptions): Secret {
  const { name, minRefreshIntervalMs = 10_000, maxAgeMs = 300_000, now = Date.now } = options;
  const { baseUrl = BASE_URL, credentials } = options;
  const api = createGoogleApi({ baseUrl, credentials });
  let cached: readonly string[] | undefined;
  let cachedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly string[]> | undefined;

  async function read(): Promise<readonly string[]> {
    try {
      const names = await newestEnabledVersions(api, name);
      const versions = await Promise.all(names.map((version) => accessVersion(api, version)));
      // An empty key would let anybody sign.
      const values = versions.filter((value) => value !== '');
      if (values.length === 0) throw new RangeError('no enabled version with a value');
      cached = values;
      cachedAt = now();
      return values;
    } catch (error) {
      const text = `${name} could not be read: check that it has an enabled version and that this function's service account may access it (roles/secretmanager.secretAccessor and viewer).`;
      throw new PlatformError('SECRET_UNAVAILABLE', text, { cause: error });
    }
  }

  /** Starts a read, or joins the one under way. */
  function readOnce(): Promise<readonly string[]> {
    if (reading !== undefined) return reading;
    triedAt = now();
    reading = read()
      .catch((error: unknown) => {
        if (cached === undefined || !(error instanceof PlatformError)) throw error;
        options.onRefreshFailure(error);
        return cached;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  const refresh = (): Promise<readonly string[]> => {
    const justTried = reading === undefined && now() - triedAt < minRefreshIntervalMs;
    return cached !== undefined && justTried ? Promise.resolve(cached) : readOnce();
  };

  return {
    current: () => {
      if (cached !== undefined && now() - cachedAt < maxAgeMs) return Promise.resolve(cached);
      return refresh();
    },
    refresh,
  };
}

/** Source: Secret Manager REST reference, projects.secrets.versions.list and .access (documented). */
const listed = z.object({ versions: z.array(z.object({ name: z.string() })).default([]) });
const accessed = z.object({
  payload: z.object({ data: z.base64().default('') }).default({ data: '' }),
});

async function newestEnabledVersions(api: GoogleApi, secret: string): Promise<string[]> {
  // Listed newest first by creation (documented); a page larger than two spares no call.
  const query = `filter=state:ENABLED&pageSize=${ACCEPTED_VERSIONS}`;
  const path = `/v1/${secret}/versions?${query}`;
  const { versions } = listed.parse(await api.call('GET', path, { timeoutMs: READ_TIMEOUT_MS }));
  return versions.map(({ name }) => name).slice(0, ACCEPTED_VERSIONS);
}

async function accessVersion(api: GoogleApi, version: string): Promise<string> {
  const path = `/v1/${version}:access`;
  const { payload } = accessed.parse(await api.call('GET', path, { timeoutMs: READ_TIMEOUT_MS }));
  return textOfSecret(Buffer.from(payload.data, 'base64'));
}
