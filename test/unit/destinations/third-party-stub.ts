import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach } from '@jest/globals';
import type { DestinationSettings } from '../../../shared/destinations/destination.ts';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { createHttpDestination } from '../../../shared/destinations/http/http-destination.ts';

export interface ReceivedCall {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the stub does with a call: answers, cuts the connection, or never answers. */
export type Reaction =
  | {
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'reset'
  | 'reset-in-body'
  | 'silence';

/** A third party that records its calls and reacts as it is told. */
export interface ThirdPartyStub {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** The only call there was. */
  call(): ReceivedCall;
  reactWith(reaction: Reaction): void;
}

/** A stub of its own for every test of the file; read it inside of tests only. */
export function thirdPartyForEachTest(): ThirdPartyStub {
  let server: Server;
  let calls: ReceivedCall[];
  let reaction: Reaction;

  beforeEach(async () => {
    calls = [];
    reaction = { status: 200, body: '{"id":"seg-1"}' };
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const { method, url, headers } = request;
        calls.push({ method, url, headers, body });
        if (reaction === 'silence') return;
        if (reaction === 'reset') {
          request.socket.resetAndDestroy();
        } else if (reaction === 'reset-in-body') {
          response.writeHead(200, { 'Content-Length': 1000 });
          response.write('{"id":', () => request.socket.resetAndDestroy());
        } else {
          response.writeHead(reaction.status, reaction.headers).end(reaction.body);
        }
      });
    });
    // On a machine that stands still it would close connections that are about to be used.
    server.keepAliveTimeout = 600_000;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });

  return {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    get calls() {
      return calls;
    },
    call() {
      const [only, ...more] = calls;
      if (only === undefined || more.length > 0) throw new Error(`${calls.length} calls came.`);
      return only;
    },
    reactWith(next) {
      reaction = next;
    },
  };
}

/** A destination described by these fields on top of a small description. */
export function describedDestination(
  baseUrl: string,
  fields: object = {},
  settings: DestinationSettings = {},
) {
  const member = { segment: '{{segment | number}}', userid: '{{user}}' };
  const description = {
    id: 'acme',
    name: 'Acme Ads',
    baseUrl,
    auth: { type: 'none' },
    limits: { membersPerCall: 10 },
    create: {
      method: 'POST',
      path: '/segments',
      query: { title: '{{title}}' },
      idempotentBy: 'none',
      segment: { at: '/id' },
      created: { at: '/created' },
      refusal: { at: '/error/text' },
    },
    add: { method: 'POST', path: '/members', member },
    remove: { method: 'DELETE', path: '/members', member },
    ...fields,
  };
  return createHttpDestination(parseDescription(description, 'acme.json'), {
    credentials: () => Promise.resolve('user:pässword'),
    ...settings,
  });
}
