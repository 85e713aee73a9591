import { basicAuthHeader } from '../../http/basic-auth.ts';
import type { DestinationSettings } from '../destination.ts';
import { parseRetryAfter } from '../retry-after.ts';
import type { PlatformDescription } from './description.ts';
import { fillPath, fillText, type Json, type TemplateValues } from './template.ts';

const MAX_ANSWER_BYTES = 1_000_000;

export interface CallTemplate {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** An answer of the third party, or why there is none. */
export type CallResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      readonly retryAfterMs: number | undefined;
    }
  | { readonly kind: 'unanswered'; readonly reason: string }
  /** A value cannot stand where the description puts it; nothing was sent. */
  | { readonly kind: 'unsendable'; readonly reason: string };

export type Caller = (
  template: CallTemplate,
  values: TemplateValues,
  body?: Json,
) => Promise<CallResult>;

/** A function that calls the platform: fills the templates, authenticates, bounds the time. */
export function createCaller(platform: PlatformDescription, settings: DestinationSettings): Caller {
  const baseUrl = settings.baseUrl ?? platform.baseUrl;

  return async (template, values, body) => {
    const path = fillPath(template.path, values);
    if (path === undefined)
      return { kind: 'unsendable', reason: 'its id contains what this platform cannot take' };
    const url = new URL(baseUrl.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(template.query)) {
      url.searchParams.set(fillText(name, values), fillText(value, values));
    }
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (platform.auth === 'basic') {
      headers['authorization'] = basicAuthHeader((await settings.credentials?.()) ?? '');
    }
    try {
      const response = await (settings.fetch ?? fetch)(url, {
        method: template.method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(platform.timeoutMs),
      });
      return {
        kind: 'answered',
        status: response.status,
        body: await readBeginning(response),
        retryAfterMs: parseRetryAfter(response.headers.get('retry-after')),
      };
    } catch (error) {
      // fetch rejects for network failures and our timeout only; both mean "no answer".
      return { kind: 'unanswered', reason: networkReason(error) };
    }
  };
}

function networkReason(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  const cause =
    typeof error === 'object' && error !== null && 'cause' in error ? error.cause : error;
  const hasCode = typeof cause === 'object' && cause !== null && 'code' in cause;
  return `no answer (${hasCode ? String(cause.code) : 'network error'})`;
}

/** What we read of an answer is short; the rest is not received. */
async function readBeginning(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) break;
  }
  return new TextDecoder().decode(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES));
}
