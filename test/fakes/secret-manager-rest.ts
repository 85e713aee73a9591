/** The REST face of the fake Secret Manager: what functions speak. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { status } from '@grpc/grpc-js';

/** Source: google.rpc.Code, HTTP mapping (documented). */
const HTTP_STATUS: Partial<Record<status, number>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.FAILED_PRECONDITION]: 400,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.UNAVAILABLE]: 503,
};

export interface RestFace {
  readonly server: Server;
  readonly url: string;
}

/** What both faces ask; a failure is thrown with its gRPC status as `code`. */
export interface SecretManagerCalls {
  readonly list: (request: { parent: string; filter: string; pageSize: number }) => unknown;
  readonly access: (name: string) => { readonly payload: { readonly data: Buffer } };
}

export async function serveRest({ list, access }: SecretManagerCalls): Promise<RestFace> {
  const answer = (url: URL): unknown => {
    const [, name = '', verb] = /^\/v1\/([^:]+?)(?:\/versions|:(access))$/.exec(url.pathname) ?? [];
    if (verb === undefined) {
      const filter = url.searchParams.get('filter') ?? '';
      return list({ parent: name, filter, pageSize: Number(url.searchParams.get('pageSize')) });
    }
    const found = access(name);
    return { name, payload: { data: found.payload.data.toString('base64') } };
  };
  const server = createServer((request, response) => {
    request.resume();
    try {
      response.end(JSON.stringify(answer(new URL(request.url ?? '/', 'http://fake'))));
    } catch (error) {
      const code = (error as { code?: status }).code ?? status.INTERNAL;
      response.writeHead(HTTP_STATUS[code] ?? 500);
      response.end(JSON.stringify({ error: { status: status[code] } }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
