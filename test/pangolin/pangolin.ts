import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failure, immediately } from './answers.ts';
import type { Reply } from './answers.ts';
import { receiveCall } from './call.ts';
import { createPlatform } from './platform.ts';
import type { Platform } from './platform.ts';
import { route } from './router.ts';
import { sendReply } from './send-reply.ts';

const host = '127.0.0.1';
const keepAliveTimeoutMs = 60_000;

/** A running fake of the target platform. */
export interface Pangolin {
  readonly url: string;
  readonly port: number;
  /** Ends the server and every connection, also those waiting for an answer. */
  close(): Promise<void>;
}

/**
 * Starts Pangolin on this machine.
 *
 * @param options - `port` 0 (the default) takes a free one; `random` decides which calls meet a fault.
 */
export async function startPangolin(
  options: { port?: number; random?: () => number } = {},
): Promise<Pangolin> {
  const platform = createPlatform(options.random ?? Math.random);
  const server = createServer((request, response) => {
    void serve(platform, request, response);
  });
  // Longer than clients keep idle connections: otherwise both ends race and calls get lost by no fault of ours.
  server.keepAliveTimeout = keepAliveTimeoutMs;
  const port = await listen(server, options.port ?? 0);
  let closed: Promise<void> | undefined;
  return { url: `http://${host}:${port}`, port, close: () => (closed ??= close(server)) };
}

async function serve(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: Reply;
  try {
    reply = route(platform, await receiveCall(request));
  } catch {
    // Either the caller hung up, and this goes nowhere, or Pangolin has a bug.
    reply = immediately(failure(500, 'Pangolin itself failed.'));
  }
  await sendReply(reply, response);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is in use' : cause.message;
      reject(new Error(`Pangolin cannot listen on ${host}:${port}: ${reason}.`, { cause }));
    });
    server.listen(port, host, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error) reject(error);
      else resolve();
    });
    server.closeAllConnections();
  });
}
