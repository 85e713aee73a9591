import type { Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createDestination } from '../../../shared/destinations/registry.ts';
import type { Destination } from '../../../shared/destinations/destination.ts';
import { listenLocally } from '../../../shared/http/listen.ts';
import { CREDENTIALS, MARK } from './marks.ts';

/** What the third party answers, as far as it matters. */
export interface ThirdPartyAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ThirdParty {
  readonly destination: Destination;
  /** What it answers to a body from now on. */
  readonly answerWith: (answerTo: (body: string) => ThirdPartyAnswer) => void;
  readonly close: () => void;
}

/** A third party that quotes, in all that it answers, what it was sent and what else must stay unsaid. */
export async function indiscreetThirdParty(): Promise<ThirdParty> {
  let answerTo: (body: string) => ThirdPartyAnswer = () => ({ status: 200 });
  const handler = async (request: NodeJS.ReadableStream, response: ServerResponse) => {
    const body = await text(request);
    const { status, headers } = answerTo(body);
    response.writeHead(status, `${MARK} reason`, { 'X-Marked': MARK, ...headers });
    response.end(JSON.stringify({ error: `${MARK} refused`, quoted: body }));
  };
  const { server, url }: { server: Server; url: string } = await listenLocally(handler, 0);
  return {
    destination: createDestination('pangolin', {
      baseUrl: url,
      credentials: () => Promise.resolve(CREDENTIALS),
    }),
    answerWith: (next) => {
      answerTo = next;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
