import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach } from '@jest/globals';
import type { HttpHandler } from '../../../shared/http/answer.ts';

export interface TestServer {
  readonly server: Server;
  readonly url: string;
}

/** A server of its own for every test of the file; read it inside of tests only. */
export function serverForEachTest(handler: HttpHandler): TestServer {
  let server: Server;
  beforeEach(async () => {
    server = createServer((request, response) => void handler(request, response));
    // On a machine that stands still it would close connections that are about to be used.
    server.keepAliveTimeout = 600_000;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return {
    get server() {
      return server;
    },
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
  };
}
