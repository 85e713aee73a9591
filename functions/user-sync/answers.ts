import { PlatformError, RequestError } from '../../shared/errors.ts';
import type { Answer } from '../../shared/http/answer.ts';

/** What a caller is told to wait before coming again. */
const RETRY_AFTER_SECONDS = 1;

/** No answer is another browser's, and nobody learns from which page the browser came. */
const DISCREET = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' };

export function redirect(location: string, setCookie: string | undefined): Answer {
  const cookie = setCookie === undefined ? {} : { 'Set-Cookie': setCookie };
  return { status: 302, headers: { ...DISCREET, Location: location, ...cookie } };
}

/** The browser goes nowhere: there is no id that may be sent. */
export function nothingSent(): Answer {
  return { status: 204, headers: DISCREET };
}

/** The answer to a sync that failed, in words for whoever looks at the network tab. */
export function failed(error: unknown, requestId: string): Answer {
  if (error instanceof RequestError) {
    const allow = error.code === 'METHOD_NOT_ALLOWED' ? { Allow: 'GET, HEAD' } : {};
    const headers = { ...DISCREET, ...allow };
    return { status: error.status, body: { error: error.message }, headers };
  }
  if (error instanceof PlatformError) {
    const headers = { ...DISCREET, 'Retry-After': String(RETRY_AFTER_SECONDS) };
    return { status: 503, body: { error: 'User syncing is not ready; try again.' }, headers };
  }
  const text = `User syncing failed unexpectedly; try again, or give its operator this id: ${requestId}`;
  return { status: 500, body: { error: text }, headers: DISCREET };
}
