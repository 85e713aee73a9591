import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpHandler } from './answer.ts';

/**
 * Serves a handler on loopback; port 0 takes a free one.
 * @throws Error of Node (EADDRINUSE …) when it cannot listen.
 */
export async function listenLocally(
  handler: HttpHandler,
  port: number,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${address.port}` };
}
