import { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { boundedCall } from '../bounded-call.ts';
import { PlatformError } from '../errors.ts';
import type { Secret } from './secrets.ts';

/** Two are accepted, so that the sender may switch at any moment of a rotation. */
const ACCEPTED_VERSIONS = 2;
/** A request waits for the read: the store must not hold it for long. */
const READ_TIMEOUT_MS = 1_500;

type ClientOptions = ConstructorParameters<typeof SecretManagerServiceClient>[0];

export interface SecretManagerSecretOptions {
  /** `projects/P/secrets/S` */
  readonly name: string;
  /** The store is asked again at most this often, however many requests mismatch. */
  readonly minRefreshIntervalMs?: number;
  /** A request reads again what is older: a version disabled meanwhile is not accepted any more. */
  readonly maxAgeMs?: number;
  /** Called when a refresh failed and the cached values stay in force. */
  readonly onRefreshFailure: (error: PlatformError) => void;
  readonly clientOptions?: ClientOptions;
  readonly now?: () => number;
}

/**
 * The two newest enabled versions of a Secret Manager secret, read at first use, cached, and read
 * again after a mismatch. One trailing newline, which `echo` adds when a version is made, is not
 * part of the secret.
 */
export function createSecretManagerSecret(options: SecretManagerSecretOptions): Secret {
  const { name, minRefreshIntervalMs = 10_000, maxAgeMs = 300_000, now = Date.now } = options;
  const client = new SecretManagerServiceClient(options.clientOptions);
  let cached: readonly string[] | undefined;
  let cachedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly string[]> | undefined;

  async function read(): Promise<readonly string[]> {
    try {
      const names = await newestEnabledVersions(client, name);
      const versions = await Promise.all(names.map((version) => accessVersion(client, version)));
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

async function newestEnabledVersions(
  client: SecretManagerServiceClient,
  parent: string,
): Promise<string[]> {
  // Listed newest first by creation (documented); a page larger than two spares no call.
  const [versions] = await client.listSecretVersions(
    { parent, filter: 'state:ENABLED', pageSize: ACCEPTED_VERSIONS },
    { ...boundedCall(READ_TIMEOUT_MS), autoPaginate: false },
  );
  return versions.flatMap(({ name }) => name ?? []).slice(0, ACCEPTED_VERSIONS);
}

async function accessVersion(client: SecretManagerServiceClient, name: string): Promise<string> {
  const [version] = await client.accessSecretVersion({ name }, boundedCall(READ_TIMEOUT_MS));
  const data = version.payload?.data ?? '';
  return Buffer.from(data as Uint8Array)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
