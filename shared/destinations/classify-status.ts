/** What a third party's HTTP status means for what was sent, where its documents say nothing else. */
export type StatusClass = 'ok' | 'retry' | 'refused' | 'fault';

/** Client errors that pass by themselves: timeout, conflict, locked, too early, too many requests. */
const RETRYABLE_4XX = new Set([408, 409, 423, 425, 429]);

/**
 * `fault` is for what no member is to blame for and an operator must mend: our credentials (401, 403)
 * or a redirect, which is never followed, lest credentials go to another host.
 */
export function classifyStatus(status: number): StatusClass {
  if (status >= 200 && status < 300) return 'ok';
  if (status < 400 || status === 401 || status === 403) return 'fault';
  if (RETRYABLE_4XX.has(status)) return 'retry';
  return status < 500 || status === 501 ? 'refused' : 'retry';
}
