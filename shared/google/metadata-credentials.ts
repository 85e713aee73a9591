import { z } from 'zod';
import { createGoogleApi, type GoogleCredentials } from './google-api.ts';

/**
 * Where a function asks for the token of its service account.
 * Source: Cloud Run, "Container runtime contract", metadata server (documented).
 */
const BASE_URL = 'http://metadata.google.internal';
const PATH = '/computeMetadata/v1/instance/service-accounts/default/token';
const TIMEOUT_MS = 5_000;
/** The metadata server hands out the same token until five minutes before its end (documented). */
const RENEW_BEFORE_END_MS = 4 * 60_000;

const token = z.object({ access_token: z.string(), expires_in: z.number() });

export interface MetadataOptions {
  readonly baseUrl?: string;
  readonly now?: () => number;
}

/**
 * The credentials of the service account that a function runs as, renewed shortly before they end.
 * They throw GoogleCallError or ZodError when there are none and the metadata server gives none.
 */
export function createMetadataCredentials(options: MetadataOptions = {}): GoogleCredentials {
  const { baseUrl = BASE_URL, now = Date.now } = options;
  const headers = { 'Metadata-Flavor': 'Google' };
  const metadata = createGoogleApi({ baseUrl, credentials: () => Promise.resolve(headers) });
  let cached: { headers: Record<string, string>; renewAt: number; endsAt: number } | undefined;
  let asking: Promise<Record<string, string>> | undefined;

  async function ask(): Promise<Record<string, string>> {
    const askedAt = now();
    const answer = token.parse(await metadata.call('GET', PATH, { timeoutMs: TIMEOUT_MS }));
    const endsAt = askedAt + answer.expires_in * 1_000;
    const fresh = { Authorization: `Bearer ${answer.access_token}` };
    cached = { headers: fresh, renewAt: endsAt - RENEW_BEFORE_END_MS, endsAt };
    return fresh;
  }

  /** One request, however many ask. */
  function askOnce(): Promise<Record<string, string>> {
    return (asking ??= ask().finally(() => {
      asking = undefined;
    }));
  }

  return async () => {
    if (cached === undefined || now() >= cached.endsAt) return askOnce();
    // Nobody waits for what is not needed yet. A failure counts when the token ends: until then, each call asks again.
    if (now() >= cached.renewAt) askOnce().catch(() => undefined);
    return cached.headers;
  };
}
