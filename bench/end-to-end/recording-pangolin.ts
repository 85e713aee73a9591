import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import { startPangolin } from '../../test/pangolin/pangolin.ts';

/** A Pangolin, and when each user got there. */
export interface RecordingPangolin {
  /** Where it is called at. */
  readonly url: string;
  readonly client: PangolinClient;
  /** By user, on the clock of `performance.now()`; the first time. */
  readonly arrivals: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** Starts a Pangolin behind a server that hands calls on, and notes the users of those answered 200. */
export async function startRecordingPangolin(latencyMs: number): Promise<RecordingPangolin> {
  const pangolin = await startPangolin();
  const client = createPangolinClient(pangolin.url);
  await client.setFaults({ latencyMs });
  const arrivals = new Map<string, number>();

  const { server, url } = await listenLocally(async (request, response) => {
    const body = await buffer(request);
    const answer = await fetch(`${pangolin.url}${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: headersOf(request),
      ...(body.length === 0 ? {} : { body }),
    });
    const text = await answer.text();
    if (answer.ok) {
      const now = performance.now();
      for (const user of usersIn(request.url ?? '', body)) {
        if (!arrivals.has(user)) arrivals.set(user, now);
      }
    }
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(text);
  }, 0);

  return {
    url,
    client,
    arrivals,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await pangolin.close();
    },
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const { authorization = '', 'content-type': type = 'application/json' } = headers;
  return { authorization, 'content-type': type };
}

function usersIn(path: string, body: Buffer): string[] {
  const one = new URL(path, 'http://pangolin').searchParams.get('userid');
  if (one !== null) return [one];
  return Array.from(body.toString('utf8').matchAll(/"userid":"([^"]*)"/g), ([, user = '']) => user);
}
