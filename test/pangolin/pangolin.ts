import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DmpSettings } from '../../cli/dmp/dmp-client.ts';
import { failure, immediately } from './answers.ts';
import type { Reply } from './answers.ts';
import { receiveCall } from './call.ts';
import { createPageHost, type PageHost } from './page-api/page-host.ts';
import { isPagePath, servePage } from './page-api/serve-page.ts';
import { createPlatform } from './platform.ts';
import { route } from './router.ts';
import { sendReply } from './send-reply.ts';

const host = '127.0.0.1';
const keepAliveTimeoutMs = 60_000;

/** A running fake of the target platform. */
export interface Pangolin {
  readonly url: string;
  readonly port: number;
  /**
   * Tells where intake is, so that the page can play the DMP. It comes after the start, because the relay is
   * told where Pangolin is when it starts itself.
   */
  playDmpAt(intake: DmpSettings): void;
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
  const page = createPageHost(createPlatform(options.random ?? Math.random));
  const server = createServer((request, response) => {
    void serve(page, request, response);
  });
  // Longer than clients keep idle connections: otherwise both ends race and calls get lost by no fault of ours.
  server.keepAliveTimeout = keepAliveTimeoutMs;
  const port = await listen(server, options.port ?? 0);
  let closed: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    port,
    playDmpAt: (intake) => (page.dmp = intake),
    close: () => (closed ??= close(server)),
  };
}

async function serve(
  page: PageHost,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: Reply;
  try {
    const call = await receiveCall(request);
    if (isPagePath(call.path)) {
      await servePage(page, call, response);
      return;
    }
    reply = route(page.platform, call);
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
