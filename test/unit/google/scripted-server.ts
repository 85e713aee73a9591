import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeEach } from '@jest/globals';
import { serverForEachTest } from '../http/server-for-each-test.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server does with a request. */
export type Reply = (response: ServerResponse, request: Received) => void;

export interface ScriptedServer {
  readonly url: string;
  /** All requests of the test so far, oldest first. */
  readonly received: readonly Received[];
  /** Connections accepted in the test so far. */
  readonly connections: number;
  /** How the next requests are replied to, in their order; the last reply stays. */
  replyWith(...replies: readonly Reply[]): void;
  openConnections(): Promise<number>;
}

/** An answer with a body of JSON, or with this text. */
export function answer(status: number, body: object | string): Reply {
  return (response) => {
    response.writeHead(status);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** An error as Google's APIs answer it. */
export function googleError(code: number, status: string, message = 'Some words.'): Reply {
  return answer(code, { error: { code, message, status } });
}

/** The connection breaks before an answer. */
export const reset: Reply = (response) => {
  response.socket?.resetAndDestroy();
};

/** The connection breaks within the answer. */
export const breakOff: Reply = (response) => {
  response.writeHead(200, { 'Content-Length': 100 });
  response.write('{"half":', () => response.socket?.resetAndDestroy());
};

export const neverAnswer: Reply = () => undefined;

/** A reply that waits until `release` is called. */
export function heldBack(reply: Reply): { readonly reply: Reply; release(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    reply: (response, request) => {
      void promise.then(() => {
        reply(response, request);
      });
    },
    release: () => {
      resolve(undefined);
    },
  };
}

/** A server of its own for every test of the file, which does what it is told. */
export function scriptedServer(): ScriptedServer {
  const received: Received[] = [];
  let replies: readonly Reply[] = [];
  let connections = 0;
  const local = serverForEachTest(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: await text(request) };
    received.push(one);
    replies[Math.min(received.length, replies.length) - 1]?.(response, one);
  });
  beforeEach(() => {
    received.length = 0;
    connections = 0;
    replies = [answer(200, {})];
    local.server.on('connection', () => (connections += 1));
  });
  return {
    get url() {
      return local.url;
    },
    received,
    get connections() {
      return connections;
    },
    replyWith: (...next) => {
      replies = next;
    },
    openConnections: () =>
      new Promise((resolve, reject) => {
        local.server.getConnections((error, count) => {
          if (error === null) resolve(count);
          else reject(error);
        });
      }),
  };
}
