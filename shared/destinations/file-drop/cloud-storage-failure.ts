import { classifyStatus } from '../classify-status.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { storageFault, storageUnavailable } from './drop-storage.ts';

/** The HTTP status of the client's error, where there was an answer. */
export function statusOf(error: unknown): number | undefined {
  const code = field(error, 'code') ?? field(error, 'status');
  const status = Number(code);
  return Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined;
}

/** Reads `absent` for what is not there, or not any more in the generation that was asked for. */
export async function absentAs<Value, Absent>(
  absent: Absent,
  action: () => Promise<Value>,
): Promise<Value | Absent> {
  try {
    return await action();
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 412) return absent;
    throw error;
  }
}

/**
 * What a failure of the client means for us. Its message could name an object, so only the status is told.
 * The client follows redirects, without its token: what is answered elsewhere is no answer of Cloud Storage.
 */
export function meaningOf(error: unknown, endpoint: string): unknown {
  if (wasSentElsewhere(error, endpoint)) return storageFault('it sends us elsewhere', 302);
  const status = statusOf(error);
  if (status === undefined) return meaningOfSilence(error);
  const what = `Cloud Storage answered ${status}`;
  const meaning = classifyStatus(status);
  if (meaning !== 'retry' && meaning !== 'too-fast') return storageFault(what, status);
  const retryAfterMs = retryAfterOf(error);
  const tooFast = meaning === 'too-fast' && retryAfterMs === undefined;
  return storageUnavailable(what, { retryAfterMs, tooFast });
}

function wasSentElsewhere(error: unknown, endpoint: string): boolean {
  const answeredAt = field(field(field(error, 'response'), 'request'), 'href');
  // Without an answer, only the words of node-fetch tell. What fetches tokens has errors of other names.
  const failedAt =
    field(error, 'name') === 'FetchError'
      ? /^request to (\S+) failed/.exec(String(field(error, 'message')))?.[1]
      : undefined;
  const url = typeof answeredAt === 'string' ? answeredAt : failedAt;
  return url !== undefined && URL.canParse(url) && new URL(url).origin !== new URL(endpoint).origin;
}

function meaningOfSilence(error: unknown): unknown {
  // google-auth-library says so in words only.
  if (/default credentials/i.test(String(field(error, 'message')))) {
    return storageFault('there are no credentials for Cloud Storage', 401);
  }
  const code = field(error, 'code') ?? field(error, 'type');
  if (typeof code !== 'string') return error;
  return storageUnavailable(`no answer of Cloud Storage (${code})`);
}

function retryAfterOf(error: unknown): number | undefined {
  const header = field(field(field(error, 'response'), 'headers'), 'retry-after');
  return parseRetryAfter(typeof header === 'string' ? header : null);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
