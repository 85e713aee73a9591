import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { within } from '../within.ts';
import { GoogleCallError } from './google-call-error.ts';

/** The headers that prove who calls. */
export type GoogleCredentials = () => Promise<Readonly<Record<string, string>>>;

export interface GoogleApiOptions {
  /** `https://pubsub.googleapis.com`, or an emulator's `http://127.0.0.1:8085`. */
  readonly baseUrl: string;
  /** Undefined where nobody asks: at an emulator. */
  readonly credentials?: GoogleCredentials | undefined;
}

/**
 * One of Google's APIs, over HTTP/1.1 and JSON. Its gRPC clients need 300 ms of an instance's first second,
 * and the person whose audience waits for that instance gets them (docs/decisions/0024).
 */
export interface GoogleApi {
  /**
   * Calls a method. Failures that may pass are tried again until `timeoutMs` have gone by.
   * @param path with its leading slash and its query
   * @returns the answer's JSON, to be checked by the caller
   * @throws GoogleCallError
   */
  call(method: 'GET' | 'POST', path: string, options: CallOptions): Promise<unknown>;
  /** Closes the connections: call it when no call is under way. */
  close(): void;
}

export interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the call with all its tries. */
  readonly timeoutMs: number;
}

interface GoogleRequest {
  readonly method: string;
  readonly path: string;
  readonly text: string;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** A connection that nobody used for this long may have been closed by the other side. */
const IDLE_CONNECTION_MS = 60_000;
const MAX_CONNECTIONS = 100;

export function createGoogleApi({ baseUrl, credentials }: GoogleApiOptions): GoogleApi {
  const isSecure = baseUrl.startsWith('https:');
  const send = isSecure ? httpsRequest : httpRequest;
  const agent = new (isSecure ? HttpsAgent : HttpAgent)({
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    timeout: IDLE_CONNECTION_MS,
  });
  const retried = retry(
    handleWhen((error) => error instanceof GoogleCallError && error.mayPass),
    {
      maxAttempts: Number.MAX_SAFE_INTEGER,
      backoff: new ExponentialBackoff({ initialDelay: FIRST_PAUSE_MS, maxDelay: LONGEST_PAUSE_MS }),
    },
  );

  async function attempt({ method, path, text }: GoogleRequest, signal: AbortSignal) {
    signal.throwIfAborted();
    const headers = {
      ...(await credentials?.()),
      ...(text === '' ? {} : { 'Content-Type': 'application/json' }),
      'Content-Length': Buffer.byteLength(text),
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(`${baseUrl}${path}`, { method, headers, agent, signal }, resolve);
      request.on('error', reject);
      request.end(text);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    if (answer.statusCode === 200) return JSON.parse(body) as unknown;
    throw GoogleCallError.ofAnswer(answer.statusCode ?? 0, body);
  }

  return {
    call: async (method, path, { body, timeoutMs }) => {
      const request = { method, path, text: body === undefined ? '' : JSON.stringify(body) };
      const deadline = new AbortController();
      let failure = GoogleCallError.ofDeadline();
      const tries = retried.execute(async () => {
        try {
          return await attempt(request, deadline.signal);
        } catch (error) {
          failure = error instanceof GoogleCallError ? error : GoogleCallError.ofConnection(error);
          throw failure;
        }
      }, deadline.signal);
      // The signal alone ends neither a pause, nor the wait for a token or for a free connection.
      const answer = await within(tries, timeoutMs);
      if (answer !== undefined) return answer;
      const lastFailure = failure;
      deadline.abort();
      throw lastFailure;
    },
    close: () => {
      agent.destroy();
    },
  };
}
