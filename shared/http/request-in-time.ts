import { request as requestOverHttp, type Agent, type IncomingMessage } from 'node:http';
import { request as requestOverHttps } from 'node:https';

export interface TimelyRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly agent: Agent;
  /** Ends it, also while its answer is read. */
  readonly signal: AbortSignal;
  /** In milliseconds since the epoch. A request that has no connection by then is not sent. */
  readonly until: number;
}

/** Methods that carry a length even without a body. Source: RFC 9110, section 8.6. */
const WITH_LENGTH = ['POST', 'PUT', 'PATCH'];

/**
 * Sends a request over HTTP/1.1 and resolves with its answer, whose body is not read yet; follows no
 * redirect.
 *
 * Nothing is sent once the time is over, also by a process that was frozen: when it goes on, its
 * connections are ready before its timers run, and a request that waited for one would reach the other side
 * long after somebody else took over (seen in `npm run chaos`; the global fetch has no such bound).
 * @throws DOMException TimeoutError when its time was over, AbortError when `signal` ended it; else the
 *   connection's error, with its `code`
 */
export function requestInTime(request: TimelyRequest): Promise<IncomingMessage> {
  const { url, method, headers, body, agent, signal, until } = request;
  const isSecure = url.protocol === 'https:';
  const withLength = body !== undefined || WITH_LENGTH.includes(method);
  const length = { 'Content-Length': Buffer.byteLength(body ?? '') };
  const options = { method, agent, signal, headers: { ...headers, ...(withLength && length) } };
  return new Promise((resolve, reject) => {
    const outgoing = (isSecure ? requestOverHttps : requestOverHttp)(url, options, resolve);
    const send = (): void => {
      if (Date.now() < until) outgoing.end(body);
      else outgoing.destroy(new DOMException('The time of the request was over.', 'TimeoutError'));
    };
    outgoing.on('error', reject);
    outgoing.on('socket', (socket) => {
      // New ones are connecting at this moment; those that were kept have done so, with TLS.
      if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', send);
      else send();
    });
  });
}
