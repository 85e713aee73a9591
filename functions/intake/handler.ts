import type { IncomingMessage } from 'node:http';
import { PlatformError, RequestError } from '../../shared/errors.ts';
import { sendAnswer, type Answer, type HttpHandler } from '../../shared/http/answer.ts';
import { correlate } from '../../shared/http/correlation.ts';
import { readBody } from '../../shared/http/read-body.ts';
import { createRequestMemory, type Reservation } from '../../shared/http/request-memory.ts';
import { loggedError, logRequestAborted, logRequestAnswered } from '../../shared/log-events.ts';
import { correlatedLogger, type Correlation } from '../../shared/logger.ts';
import { parseCall, parseCallType, type CallType } from '../../shared/mapp/parse-call.ts';
import { requireBasicAuth, requireSignature } from './authenticate.ts';
import { createCanonicalAudiences, type CanonicalAudiences } from './canonical-audience.ts';
import { checkHeaders } from './check-headers.ts';
import { createAudience } from './create-audience.ts';
import type { IntakeDependencies } from './dependencies.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { mutateAudience } from './mutate-audience.ts';

/** What a caller is told to wait before sending again. */
const RETRY_AFTER_SECONDS = 1;

/** Filled in as a request goes on, for its summary line. */
interface Progress {
  type?: CallType;
  accepted?: number;
  rejected?: number;
}

/**
 * The function the DMP calls. The order of the checks is that of the cost and the trust: headers,
 * Basic Auth, size, signature, and only then the content.
 */
export function createIntakeHandler(dependencies: IntakeDependencies): HttpHandler {
  const canonicalAudiences: CanonicalAudiences = dependencies.settings.returnSegmentId
    ? createCanonicalAudiences(dependencies.audienceMap, dependencies.log)
    : (mutations) => Promise.resolve(mutations);

  const groupCommit = createGroupCommit(dependencies.publisher);
  const parts = { ...dependencies, groupCommit };
  const memory = createRequestMemory(dependencies.settings.maxPendingBytes);

  return async (request, response) => {
    const startedAt = performance.now();
    const correlation = correlate(request, dependencies.settings.project);
    const log = correlatedLogger(dependencies.log, correlation);
    const progress: Progress = {};
    const reservation = memory.reserve();
    let answer: Answer;
    let failure: unknown;
    try {
      answer = await answerCall(request, {
        correlation,
        progress,
        reservation,
        dependencies: parts,
        canonicalAudiences,
      });
    } catch (error) {
      failure = error;
      answer = errorAnswer(error, correlation);
    } finally {
      reservation.release();
    }
    const durationMs = Math.round(performance.now() - startedAt);
    const method = request.method ?? '';
    if (request.errored !== null || response.destroyed) {
      logRequestAborted(log, { method, type: progress.type, durationMs });
      return;
    }
    sendAnswer(response, answer);
    const error = failure === undefined ? undefined : loggedError(failure);
    logRequestAnswered(log, { method, ...progress, status: answer.status, durationMs, error });
  };
}

interface CallContext {
  readonly correlation: Correlation;
  readonly progress: Progress;
  readonly reservation: Reservation;
  readonly dependencies: IntakeDependencies & { groupCommit: GroupCommit };
  readonly canonicalAudiences: CanonicalAudiences;
}

async function answerCall(
  request: IncomingMessage,
  { correlation, progress, reservation, dependencies, canonicalAudiences }: CallContext,
): Promise<Answer> {
  const { hmacSecret, basicAuth, settings } = dependencies;
  checkHeaders(request);
  await requireBasicAuth(request.headers, basicAuth);
  if (request.method === 'GET') return { status: 200 };

  const body = await readBody(request, settings.maxBodyBytes, reservation);
  await requireSignature(body, request.headers['x-hmac'], hmacSecret);

  progress.type = parseCallType(queryOf(request));
  const call = parseCall(progress.type, body);
  switch (call.type) {
    case 'VALIDATE':
      return { status: 200 };
    case 'CREATE_AUDIENCE':
      return createAudience(call.audience, correlation, dependencies);
    case 'ADD_TO_AUDIENCE':
    case 'REMOVE_FROM_AUDIENCE': {
      progress.accepted = call.mutations.length;
      progress.rejected = call.rejected.length;
      const mutations = await canonicalAudiences(call.mutations);
      return mutateAudience(
        { ...call, bodyBytes: body.length, mutations },
        correlation,
        dependencies,
      );
    }
  }
}

/** The query string alone: of the rest of the URL, nothing is asked. */
function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

function errorAnswer(error: unknown, { requestId }: Correlation): Answer {
  if (error instanceof RequestError) {
    return {
      status: error.status,
      body: { error: error.message },
      headers: {
        ...(error.code === 'METHOD_NOT_ALLOWED' ? { Allow: 'GET, POST' } : {}),
        ...(error.code === 'BASIC_AUTH_INVALID'
          ? { 'WWW-Authenticate': 'Basic realm="audience-relay", charset="UTF-8"' }
          : {}),
        ...(error.code === 'BODY_TOO_LARGE' ? { Connection: 'close' } : {}),
      },
    };
  }
  if (error instanceof PlatformError) {
    const body = { error: 'The relay cannot store the request now; send it again.' };
    return { status: 503, body, headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) } };
  }
  const text = `The relay failed unexpectedly; try again, or give its operator this id: ${requestId}`;
  return { status: 500, body: { error: text } };
}
