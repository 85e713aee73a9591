import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One call as a fake third party sees it. */
export interface FakeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** What can go wrong at a third party, each answered as the vendor documents. */
export type Mishap = 'rate-limited' | 'unavailable' | 'broken' | 'redirect' | 'reset';

export interface FakeServer {
  readonly url: string;
  /** Every call, in order. */
  readonly calls: readonly FakeCall[];
  /** The vendor's rules that calls broke, in words: none when the destination is right. */
  readonly violations: readonly string[];
  /** Lets the next calls come to grief, without looking at them. */
  failNext(mishap: Mishap, times?: number): void;
  close(): Promise<void>;
}

/** A call breaks a documented rule: it is answered as the vendor answers it, and recorded. */
export class RuleBroken extends Error {
  readonly answer: FakeAnswer;

  constructor(rule: string, answer: FakeAnswer) {
    super(rule);
    this.answer = answer;
  }
}

const MISHAPS: Readonly<Record<Exclude<Mishap, 'reset'>, FakeAnswer>> = {
  'rate-limited': { status: 429, headers: { 'retry-after': '2' } },
  unavailable: { status: 503 },
  broken: { status: 500 },
  redirect: { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } },
};

/**
 * The server of a fake third party on a free port of this machine.
 * @param mishaps what this vendor answers differently when something goes wrong
 */
export async function startFakeServer(
  handle: (call: FakeCall) => FakeAnswer | Promise<FakeAnswer>,
  mishaps: Partial<typeof MISHAPS> = {},
): Promise<FakeServer> {
  const calls: FakeCall[] = [];
  const violations: string[] = [];
  let coming: Mishap[] = [];

  async function answer(call: FakeCall): Promise<FakeAnswer> {
    try {
      return await handle(call);
    } catch (error) {
      if (error instanceof RuleBroken) {
        violations.push(error.message);
        return error.answer;
      }
      violations.push(`the fake broke: ${String(error)}`);
      return { status: 500 };
    }
  }

  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://fake');
      const call = { method: request.method ?? '', path, query, headers: request.headers, body };
      calls.push(call);
      const mishap = coming.shift();
      if (mishap === 'reset') {
        request.socket.resetAndDestroy();
        return;
      }
      const reply =
        mishap === undefined ? await answer(call) : (mishaps[mishap] ?? MISHAPS[mishap]);
      const isText = typeof reply.body === 'string';
      const content = isText ? 'text/plain' : 'application/json';
      response.writeHead(reply.status, { 'content-type': content, ...reply.headers });
      response.end(
        isText ? reply.body : reply.body === undefined ? '' : JSON.stringify(reply.body),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    violations,
    failNext: (mishap, times = 1) => {
      coming = [...coming, ...new Array<Mishap>(times).fill(mishap)];
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The JSON of a call. @throws RuleBroken when it has none, answered with `answer`. */
export function jsonOf(call: FakeCall, answer: FakeAnswer = { status: 400 }): unknown {
  try {
    return JSON.parse(call.body);
  } catch {
    throw new RuleBroken('the body is no JSON', answer);
  }
}
