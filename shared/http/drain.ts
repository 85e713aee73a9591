import type { Server, ServerResponse } from 'node:http';
import { sleep } from '../sleep.ts';

const POLL_MS = 20;
/** How long connections in use are still answered, each answer closing its connection. */
const GOODBYE_MS = 250;

/**
 * Ends a server without dropping a request: for a moment every answer tells its client to close the
 * connection, then none is accepted any more, and the requests under way are finished. Resolves with
 * the number of requests that were not finished within `timeoutMs` and cut off.
 */
export type Drain = (timeoutMs: number) => Promise<number>;

/** Follows a server's requests from now on. */
export function trackRequests(server: Server): Drain {
  const underWay = new Set<ServerResponse>();
  let draining = false;
  server.prependListener('request', (_request, response) => {
    underWay.add(response);
    if (draining) response.setHeader('Connection', 'close');
    response.once('close', () => underWay.delete(response));
  });

  return async (timeoutMs) => {
    draining = true;
    for (const response of underWay) {
      if (!response.headersSent) response.setHeader('Connection', 'close');
    }
    const deadline = Date.now() + timeoutMs;
    await sleep(Math.min(GOODBYE_MS, timeoutMs));
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    while (underWay.size > 0 && Date.now() < deadline) await sleep(POLL_MS);
    const abandoned = underWay.size;
    // Answers just written get a moment to leave: cutting a connection can lose them.
    await Promise.race([closed, sleep(5 * POLL_MS)]);
    server.closeAllConnections();
    await closed;
    return abandoned;
  };
}
