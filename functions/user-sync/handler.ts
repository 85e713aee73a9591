import type { IncomingMessage } from 'node:http';
import { RequestError } from '../../shared/errors.ts';
import { sendAnswer, type Answer, type HttpHandler } from '../../shared/http/answer.ts';
import { correlate } from '../../shared/http/correlation.ts';
import { loggedError, logRequestAnswered } from '../../shared/log-events.ts';
import { correlatedLogger, type Logger } from '../../shared/logger.ts';
import { readSyncQuery, trustedOut, withUserId } from '../../shared/mapp/user-sync.ts';
import { failed, nothingSent, redirect } from './answers.ts';
import { hasConsent } from './consent.ts';
import type { UserSyncSettings } from './settings.ts';
import { requireSignedSync } from './signature.ts';
import { knownUser } from './user-id.ts';

export interface UserSyncDependencies {
  readonly settings: UserSyncSettings;
  readonly log: Logger;
  readonly project?: string | undefined;
}

/**
 * The third party's side of user syncing: sends the browser to `out` with this browser's id, which
 * the platform's cookie or one of ours holds. Never an open redirect, and nothing without consent
 * where that is required.
 */
export function createUserSyncHandler(dependencies: UserSyncDependencies): HttpHandler {
  const { settings, log, project } = dependencies;
  return async (request, response) => {
    const startedAt = performance.now();
    const correlation = correlate(request, project);
    let answer: Answer;
    let failure: unknown;
    try {
      answer = await answerSync(request, settings);
    } catch (error) {
      failure = error;
      answer = failed(error, correlation.requestId);
    }
    sendAnswer(response, answer);
    logRequestAnswered(correlatedLogger(log, correlation), {
      method: request.method ?? '',
      type: 'USER_SYNC',
      status: answer.status,
      durationMs: Math.round(performance.now() - startedAt),
      error: failure === undefined ? undefined : loggedError(failure),
    });
  };
}

/** The checks in the order of their cost; what needs no secret comes before what does. */
async function answerSync(request: IncomingMessage, settings: UserSyncSettings): Promise<Answer> {
  const { allowedHosts, cookies, consent, signing } = settings;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new RequestError('METHOD_NOT_ALLOWED', 405, 'method: use GET');
  }
  const query = readSyncQuery(request.url ?? '');
  const out = query.out === undefined ? undefined : trustedOut(query.out, allowedHosts);
  if (out === undefined) throw refusedOut(allowedHosts);
  if (signing !== undefined) await requireSignedSync(query, signing);

  const { headers } = request;
  const queries = [query.parameters, out.searchParams];
  if (consent !== undefined && !hasConsent(headers, queries, consent)) return nothingSent();
  const user = knownUser(headers.cookie, cookies);
  return user === undefined
    ? nothingSent()
    : redirect(withUserId(out, user.userId), user.setCookie);
}

function refusedOut(allowedHosts: ReadonlySet<string>): RequestError {
  const hosts = [...allowedHosts].join(' or ');
  const text = `out: is missing or is no URL this endpoint may redirect to; send an https URL of ${hosts}, with no port, credentials, control characters or other URL in it`;
  return new RequestError('REQUEST_INVALID', 400, text);
}
