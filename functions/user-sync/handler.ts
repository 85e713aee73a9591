import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sendAnswer, type Answer, type HttpHandler } from '../../shared/http/answer.ts';
import { correlate } from '../../shared/http/correlation.ts';
import { logRequestAnswered } from '../../shared/log-events.ts';
import { correlatedLogger, type Logger } from '../../shared/logger.ts';
import { readOut, syncRedirect } from '../../shared/mapp/user-sync.ts';

const COOKIE = 'audience_relay_id';
const COOKIE_MAX_AGE_SECONDS = 13 * 30 * 24 * 60 * 60;

export interface UserSyncDependencies {
  readonly allowedHosts: ReadonlySet<string>;
  readonly log: Logger;
  readonly project?: string | undefined;
}

/**
 * The third party's side of user syncing: sends the browser to `out` with this browser's id, which a
 * first-party cookie of ours holds. Never an open redirect.
 */
export function createUserSyncHandler(dependencies: UserSyncDependencies): HttpHandler {
  const { allowedHosts, log, project } = dependencies;
  return (request, response) =>
    Promise.try(() => {
      const startedAt = performance.now();
      const answer = answerSync(request, allowedHosts);
      sendAnswer(response, answer);
      logRequestAnswered(correlatedLogger(log, correlate(request, project)), {
        method: request.method ?? '',
        type: 'USER_SYNC',
        status: answer.status,
        durationMs: Math.round(performance.now() - startedAt),
      });
    });
}

function answerSync(request: IncomingMessage, allowedHosts: ReadonlySet<string>): Answer {
  if (request.method !== 'GET') {
    return { status: 405, body: { error: 'method: use GET' }, headers: { Allow: 'GET' } };
  }
  const out = readOut(request.url ?? '');
  const userId = knownUser(request) ?? randomBytes(16).toString('hex');
  const location = out === undefined ? undefined : syncRedirect(out, userId, allowedHosts);
  if (location === undefined) {
    const error = 'out: is missing or is no URL this endpoint may redirect to';
    return { status: 400, body: { error } };
  }
  return {
    status: 302,
    headers: {
      Location: location,
      'Set-Cookie': `${COOKIE}=${userId}; Path=/; Max-Age=${COOKIE_MAX_AGE_SECONDS}; HttpOnly; Secure; SameSite=None`,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    },
  };
}

/** Our own cookie's value; anything that does not look like one of ours is not trusted. */
function knownUser({ headers }: IncomingMessage): string | undefined {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([0-9a-f]{32})(?:;|$)`).exec(headers.cookie ?? '')?.[1];
}
