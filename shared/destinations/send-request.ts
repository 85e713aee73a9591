import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { requestInTime } from '../http/request-in-time.ts';
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
  /** Default: a request that is not sent once its time is over. */
  readonly fetch?: typeof fetch | undefined;
  readonly timeoutMs: number;
}

/** What a platform may expect of any client, where the request does not say otherwise. */
const DEFAULT_HEADERS = {
  Accept: '*/*',
  'Accept-Encoding': 'identity',
  'User-Agent': 'audience-relay',
};
/** A connection that nobody used for this long may have been closed by the other side; fetch takes 4 s too. */
const IDLE_CONNECTION_MS = 4_000;
/** Their connections are kept, and keep no process alive. */
const AGENTS = {
  http: new HttpAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
  https: new HttpsAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
};
/** Source: Fetch standard, "null body status" (documented). */
const WITHOUT_BODY = [204, 205, 304];

/**
 * Sends one request and reads the answer, in bounded time and memory. Follows no redirect, lest
 * credentials go to another host. Does not throw for what the network or the third party does.
 */
export async function sendRequest(
  request: OutgoingRequest,
  { fetch: injected, timeoutMs }: SendSettings,
): Promise<Reply> {
  const until = Date.now() + timeoutMs;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const { url, method, headers, body = null } = request;
    const response = await (injected === undefined
      ? send(request, { signal, until })
      : injected(url, { method, headers, body, redirect: 'manual', signal }));
    return {
      kind: 'answered',
      status: response.status,
      headers: response.headers,
      ...(await readBeginning(response)),
      retryAfterMs: parseRetryAfter(response.headers.get('retry-after')),
    };
  } catch (error) {
    // It rejects for network failures and our timeout only; both mean "no answer".
    const reason =
      Date.now() >= until || signal.aborted ? 'no answer in time' : networkReason(error);
    return { kind: 'unanswered', reason };
  }
}

async function send(
  request: OutgoingRequest,
  bounds: { readonly signal: AbortSignal; readonly until: number },
): Promise<Response> {
  const agent = request.url.protocol === 'https:' ? AGENTS.https : AGENTS.http;
  const headers = { ...DEFAULT_HEADERS, ...request.headers };
  const answer = await requestInTime({ ...request, ...bounds, headers, agent });
  const { statusCode: status = 0 } = answer;
  if (WITHOUT_BODY.includes(status)) answer.resume();
  const body = WITHOUT_BODY.includes(status) ? null : (Readable.toWeb(answer) as ReadableStream);
  return new Response(body, { status, headers: headersOf(answer) });
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value);
  return headers;
}

function networkReason(error: unknown): string {
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
