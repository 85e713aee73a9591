import type { IncomingMessage, ServerResponse } from 'node:http';

/** A complete HTTP answer; handlers compute one, {@link sendAnswer} is the only place that writes. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A plain node:http handler: what the local stack serves and the functions framework is given. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Writes an answer: JSON when there is a body, `Content-Length: 0` when there is none but may be one. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    ...(body === '' ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
    ...(answer.status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
    ...answer.headers,
  });
  response.end(body);
}
