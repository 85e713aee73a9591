/** What a third party's HTTP status means for what was sent, where its documents say nothing else. */
export type StatusClass =
  | 'ok'
  /** Try again later. */
  | 'retry'
  /** The same, and calls must become fewer. */
  | 'too-fast'
  /** Something in the call is at fault: halving it may save the rest. */
  | 'refused'
  /** The call is refused for good, whatever is in it. */
  | 'rejected'
  /** No member is to blame and an operator must act; nothing sent meanwhile may be lost. */
  | 'fault';

/** Client errors that pass by themselves: timeout, conflict, locked, too early. */
const RETRYABLE = new Set([408, 409, 423, 425]);
/** Malformed, too large, unprocessable. */
const REFUSED = new Set([400, 413, 422]);
/** Our credentials, or a call that is not described as the third party wants it. */
const FAULTS = new Set([401, 403, 405, 406, 415]);

/**
 * The class of a status. Redirects are faults: none is followed, lest credentials go to another host.
 */
export function classifyStatus(status: number): StatusClass {
  if (status >= 200 && status < 300) return 'ok';
  if (status < 400 || FAULTS.has(status)) return 'fault';
  if (status === 429) return 'too-fast';
  if (RETRYABLE.has(status)) return 'retry';
  if (REFUSED.has(status)) return 'refused';
  return status < 500 || status === 501 ? 'rejected' : 'retry';
}
