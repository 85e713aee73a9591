import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Pangolin } from '../../pangolin/pangolin.ts';

/** A request with a path that nobody tidies up, and with headers that `fetch` does not let a program set. */
export interface RawRequest {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends it; `json` is undefined when the answer is something else. */
export async function rawRequest(
  { port }: Pangolin,
  { path, method = 'GET', headers = {}, body = '' }: RawRequest,
): Promise<{ status: number | undefined; json: unknown }> {
  const sent = request({ host: '127.0.0.1', port, path, method, headers });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const isJson = answer.headers['content-type'] === 'application/json';
  const answered = await text(answer);
  return {
    status: answer.statusCode,
    json: isJson ? (JSON.parse(answered) as unknown) : undefined,
  };
}

/** The headers that a browser sends with what Pangolin's page does. */
export function ownPageHeaders({ port }: Pangolin): Record<string, string> {
  return {
    host: `127.0.0.1:${port}`,
    origin: `http://127.0.0.1:${port}`,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
  };
}
