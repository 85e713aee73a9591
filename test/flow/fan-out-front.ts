import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listenLocally } from '../../shared/http/listen.ts';

/** How a platform is: well, gone, or answering everything with a status. */
export type Health = 'well' | 'down' | number;

/** What stands between forward and a platform, and decides how that platform is. */
export interface Front {
  readonly url: string;
  /** Calls that did not get through. */
  turnedAway(): number;
  setHealth(health: Health): void;
  /** Passes calls on to the platform there, while it is well. */
  passOnTo(platformUrl: string): void;
  close(): void;
}

/** Starts a front, whose platform may be named later. */
export async function startFront(): Promise<Front> {
  let platform = '';
  let health: Health = 'well';
  let turnedAway = 0;

  const passOn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/', headers } = request;
    const body = await buffer(request);
    const answer = await fetch(platform + url, {
      method,
      headers: { Authorization: headers.authorization ?? '', 'Content-Type': 'application/json' },
      ...(body.length === 0 ? {} : { body }),
    });
    response.writeHead(answer.status, { 'Content-Type': 'application/json' });
    response.end(await answer.text());
  };
  const { server, url } = await listenLocally(async (request, response) => {
    if (health === 'well') {
      await passOn(request, response);
      return;
    }
    turnedAway += 1;
    if (health === 'down') request.socket.destroy();
    else response.writeHead(health).end();
  }, 0);

  return {
    url,
    turnedAway: () => turnedAway,
    setHealth: (changed) => {
      health = changed;
    },
    passOnTo: (platformUrl) => {
      platform = platformUrl;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
