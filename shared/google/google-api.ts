import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { requestInTime } from '../http/request-in-time.ts';
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
  call(method: Method, path: string, options: CallOptions): Promise<unknown>;
  /** Begins the same, and tells besides when none of its tries is under way any more. */
  begin(method: Method, path: string, options: LingeringCallOptions): LingeringCall;
  /** Closes the connections: call it when no call is under way. */
  close(): void;
}

export interface CallOptions {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the call with all its tries. */
  readonly timeoutMs: number;
}

export interface LingeringCallOptions extends CallOptions {
  /** How long the try that is under way after `timeoutMs` may go on, so that what it did is done. */
  readonly lingerMs: number;
}

export interface LingeringCall {
  /** As {@link GoogleApi.call}. */
  readonly answer: Promise<unknown>;
  /** Resolves with the last try's end, whatever its outcome, or after `lingerMs`. */
  readonly over: Promise<void>;
}

type Method = 'GET' | 'POST';

interface GoogleRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  /** No try is sent after it, in milliseconds since the epoch. */
  readonly until: number;
}

/** Signals of one call: no try begins after `late`, none goes on after `broken`. */
interface Ends {
  readonly late: AbortSignal;
  readonly broken: AbortSignal;
}

const ignore = () => undefined;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** A connection that nobody used for this long may have been closed by the other side. */
const IDLE_CONNECTION_MS = 60_000;
const MAX_CONNECTIONS = 100;

export function createGoogleApi({ baseUrl, credentials }: GoogleApiOptions): GoogleApi {
  const isSecure = baseUrl.startsWith('https:');
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

  async function attempt({ method, url, body, until }: GoogleRequest, ends: Ends) {
    const headers = {
      ...(await credentials?.()),
      ...(body === '' ? {} : { 'Content-Type': 'application/json' }),
    };
    ends.late.throwIfAborted();
    const signal = ends.broken;
    const answer = await requestInTime({ url, method, headers, body, agent, signal, until });
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    if (answer.statusCode === 200) return JSON.parse(text) as unknown;
    throw GoogleCallError.ofAnswer(answer.statusCode ?? 0, text);
  }

  function begin(
    method: Method,
    path: string,
    { body, timeoutMs, lingerMs }: LingeringCallOptions,
  ): LingeringCall {
    const request = {
      method,
      url: new URL(`${baseUrl}${path}`),
      body: body === undefined ? '' : JSON.stringify(body),
      until: Date.now() + timeoutMs,
    };
    const late = new AbortController();
    const broken = new AbortController();
    let failure = GoogleCallError.ofDeadline();
    const ends = { late: late.signal, broken: broken.signal };
    const tries = retried.execute(async () => {
      try {
        return await attempt(request, ends);
      } catch (error) {
        // What its own time ended says less than the try before.
        if (Date.now() < request.until)
          failure = error instanceof GoogleCallError ? error : GoogleCallError.ofConnection(error);
        throw failure;
      }
    }, late.signal);
    // The signal alone ends neither a pause, nor the wait for a token.
    const inTime = within(tries, timeoutMs).then((answer) => {
      if (answer !== undefined) return answer;
      const lastFailure = failure;
      late.abort();
      if (lingerMs === 0) broken.abort();
      throw lastFailure;
    });
    const over = inTime.then(ignore, async () => {
      await within(tries, lingerMs).catch(ignore);
      broken.abort();
    });
    return { answer: inTime, over };
  }

  return {
    call: (method, path, options) => begin(method, path, { ...options, lingerMs: 0 }).answer,
    begin,
    close: () => {
      agent.destroy();
    },
  };
}
