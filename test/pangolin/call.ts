import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Refusal } from './answers.ts';

// The largest request body Pangolin keeps in memory.
const maxBodyBytes = 5 * 1024 * 1024;

/** One request, completely received. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** What stands after the `?`, not decoded. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as text; throws a 413 when it was over the limit. */
  readonly text: () => string;
}

/** Receives a whole request. Rejects when the caller hangs up before its end. */
export async function receiveCall(request: IncomingMessage): Promise<Call> {
  const body = await readBody(request);
  const target = request.url ?? '/';
  const queryAt = target.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: queryAt < 0 ? target : target.slice(0, queryAt),
    query: queryAt < 0 ? '' : target.slice(queryAt + 1),
    headers: request.headers,
    text() {
      if (body === undefined) {
        throw new Refusal(413, `A request body may have up to ${maxBodyBytes} bytes.`);
      }
      return body;
    },
  };
}

/** Undefined when too large; read to its end all the same, so that the caller gets to read our answer. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBodyBytes) chunks = [];
      else chunks.push(chunk);
    });
    request.on('end', () => {
      resolve(bytes > maxBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8'));
    });
    request.on('error', reject);
  });
}

/** The body parsed as JSON; throws a 400 when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'The body is not valid JSON.');
  }
}
