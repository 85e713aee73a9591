import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createUserSyncHandler } from '../../../functions/user-sync/handler.ts';
import { userSyncSettings } from '../../../functions/user-sync/settings.ts';
import { readConfig, type Environment } from '../../../shared/config.ts';
import { createLogger } from '../../../shared/logger.ts';
import { createEnvironmentSecret } from '../../../shared/secrets/environment-secret.ts';
import type { Secret } from '../../../shared/secrets/secrets.ts';

/** The template of Mapp's documentation. */
export const OUT = 'https://go.flx1.com/uid?userid=[[USERID]]&pl=99999&plsec=verysecure';

/** What a browser was answered. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly location: string | undefined;
  readonly cookie: string | undefined;
  readonly text: string;
}

/** User sync on a free port of this machine. */
export interface SyncServer {
  readonly url: string;
  /** All that was logged, as it was written. */
  readonly logged: () => string;
  sync(pathAndQuery: string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  close(): Promise<void>;
}

/** Serves the handler with the settings of these variables; a secret of the test's own goes first. */
export async function startSync(variables: Environment = {}, secret?: Secret): Promise<SyncServer> {
  const config = readConfig('userSync', variables);
  const signing = secret ?? (config.SYNC_SECRETS && createEnvironmentSecret(config.SYNC_SECRETS));
  let lines = '';
  const log = createLogger('debug', { write: (line) => (lines += line) });
  const handler = createUserSyncHandler({ settings: userSyncSettings(config, signing), log });
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    logged: () => lines,
    sync: (pathAndQuery, headers = {}) => browse(`${url}${pathAndQuery}`, headers),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** One request to a server of its own. */
export async function syncOnce(
  variables: Environment,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const server = await startSync(variables);
  try {
    return await server.sync(`/sync?${query}`, headers);
  } finally {
    await server.close();
  }
}

/** One request, byte for byte: `fetch` would put the URL right before it is sent. */
export function browse(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answered> {
  const [, origin = '', path = '/'] = /^(http:\/\/[^/]+)(.*)$/s.exec(url) ?? [];
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const sent = httpRequest({ hostname, port, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('error', reject).on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          location: answer.headers.location,
          cookie: answer.headers['set-cookie']?.join('\n'),
          text,
        });
      });
    });
    sent.on('error', reject).end();
  });
}

/** The id that a browser was sent on with. */
export function userIn(location: string | undefined): string {
  return new URL(location ?? 'about:blank').searchParams.get('userid') ?? '';
}
