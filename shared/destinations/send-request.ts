import { parseRetryAfter } from './retry-after.ts';

const MAX_ANSWER_BYTES = 1_000_000;

export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** The beginning of a third party's answer. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Whether `body` is all of it; what is too long is cut off. */
  readonly isWhole: boolean;
  readonly retryAfterMs: number | undefined;
}

/** An answer of the third party, or why there is none, in words that name nobody. */
export type Reply = Answered | { readonly kind: 'unanswered'; readonly reason: string };

export interface SendSettings {
  readonly fetch?: typeof fetch | undefined;
  readonly timeoutMs: number;
}

/**
 * Sends one request and reads the answer, in bounded time and memory. Follows no redirect, lest
 * credentials go to another host. Does not throw for what the network or the third party does.
 */
export async function sendRequest(
  { method, url, headers, body }: OutgoingRequest,
  settings: SendSettings,
): Promise<Reply> {
  try {
    const response = await (settings.fetch ?? fetch)(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(settings.timeoutMs),
    });
    return {
      kind: 'answered',
      status: response.status,
      headers: response.headers,
      ...(await readBeginning(response)),
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after')),
    };
  } catch (error) {
    // fetch rejects for network failures and our timeout only; both mean "no answer".
    return { kind: 'unanswered', reason: networkReason(error) };
  }
}

function networkReason(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  const cause =
    typeof error === 'object' && error !== null && 'cause' in error ? error.cause : error;
  const hasCode = typeof cause === 'object' && cause !== null && 'code' in cause;
  return `no answer (${hasCode ? String(cause.code) : 'network error'})`;
}

/** What we read of an answer is short; the rest is not received. */
async function readBeginning(response: Response): Promise<Pick<Answered, 'body' | 'isWhole'>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) break;
  }
  const beginning = Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES);
  return { body: new TextDecoder().decode(beginning), isWhole: bytes <= MAX_ANSWER_BYTES };
}
