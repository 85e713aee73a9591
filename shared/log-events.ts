/**
 * One function per log event. The fields are closed types without room for a user id, a name, a
 * secret or a payload; metrics and alerts are built on the `event` names, so treat them as an API.
 * ERROR means that someone must act.
 */
import { MessageError, PlatformError, RelayError, type ErrorCode } from './errors.ts';
import type { Logger } from './logger.ts';

/** What may be said of a failure: never its message, which can quote what it choked on. */
export interface LoggedError {
  readonly errorCode: ErrorCode | 'INTERNAL';
  readonly errorName: string;
  /** What to do, of the errors whose texts are fixed. */
  readonly advice?: string | undefined;
  /** The call sites of an unexpected error, without its message. */
  readonly stack?: string | undefined;
  readonly [detail: string]: string | number | boolean | undefined;
}

/** Reduces anything thrown to what is safe to log. */
export function loggedError(error: unknown): LoggedError {
  if (error instanceof RelayError) {
    const { code, name, details } = error;
    return { ...details, errorCode: code, errorName: name, ...adviceOf(error), ...causeOf(error) };
  }
  if (!(error instanceof Error)) return { errorCode: 'INTERNAL', errorName: typeof error };
  return {
    errorCode: 'INTERNAL',
    errorName: /^\w{1,40}$/.test(error.name) ? error.name : 'Error',
    stack: callSites(error),
  };
}

/** The stack without the message it begins with. */
function callSites({ stack = '', message }: Error): string {
  const sites = stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
  return (sites.match(/^\s+at .*$/gm) ?? []).join('\n');
}

/** Texts about requests and third parties may quote them; those about Google and messages are ours. */
function adviceOf(error: RelayError): { advice?: string } {
  const fixedText = error instanceof PlatformError || error instanceof MessageError;
  return fixedText ? { advice: error.message } : {};
}

/** The machine-readable code (ECONNRESET, 14 UNAVAILABLE …) of what caused an error. */
function causeOf(error: RelayError): { cause?: string } {
  const { cause } = error;
  if (!(cause instanceof Error)) return {};
  const code = 'code' in cause ? String(cause.code) : cause.name;
  return { cause: code };
}

export interface RequestAnswered {
  readonly method: string;
  /** The DIY call, when the request got far enough to tell. */
  readonly type?: string | undefined;
  readonly status: number;
  readonly durationMs: number;
  readonly accepted?: number | undefined;
  readonly rejected?: number | undefined;
  readonly error?: LoggedError | undefined;
}

/** The one summary line of a request to a public function. */
export function logRequestAnswered(log: Logger, { error, ...fields }: RequestAnswered): void {
  // Overload passes, or more instances start: nobody need act on a single one.
  const isFailure = fields.status >= 500 && error?.errorCode !== 'OVERLOADED';
  const level = isFailure ? 'error' : fields.status >= 400 ? 'warn' : 'info';
  const line = { event: 'request_answered', ...fields, ...error };
  log[level](line, `${fields.type ?? fields.method} answered ${fields.status}`);
}

/** A request ended before it could be answered: the caller hung up. */
export function logRequestAborted(
  log: Logger,
  fields: Pick<RequestAnswered, 'method' | 'type' | 'durationMs'>,
): void {
  log.info({ event: 'request_aborted', ...fields }, 'The caller closed the connection');
}

/** Intake could not look into the audience map; what it was asked to store is not affected. */
export function logAudienceMapUnreadable(log: Logger, error: LoggedError): void {
  const text = 'The audience map could not be read; the request goes on without it';
  log.error({ event: 'audience_map_unreadable', ...error }, text);
}

/** A secret could not be read again; the values known so far stay in force. */
export function logSecretRefreshFailed(log: Logger, error: LoggedError): void {
  const text = 'A secret could not be refreshed; the cached versions stay in force';
  log.error({ event: 'secret_refresh_failed', ...error }, text);
}

/** Ids of requests in a line, at most: a message under load holds thousands. */
export const MAX_LOGGED_REQUESTS = 20;

/** Audiences in a line, at most: the next ones go into another line. */
export const MAX_LOGGED_AUDIENCES = 50;

export interface DeliverySettled {
  readonly kind: string;
  /** `nack`: the messages come again. */
  readonly settled: 'ack' | 'nack';
  readonly messages: number;
  /** Key batches in a summary. Undefined: the line is about one message, which was pushed. */
  readonly keyBatches?: number | undefined;
  readonly deliveryAttempt: number | undefined;
  /** Time from publish to the end of the delivery; of the oldest message. */
  readonly ageMs: number;
  /** Of the longest delivery. */
  readonly durationMs: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly skipped: number;
  readonly retried: number;
  /** The requests it came with, when they are several; the first of them. */
  readonly requestIds?: readonly string[] | undefined;
  /** Why it goes back to the queue; the first reason when members have several. */
  readonly retryReason?: string | undefined;
  /** The audiences whose messages go back, in a summary. */
  readonly audiences?: readonly string[] | undefined;
  /** Of those that were skipped: removals, which the platform cannot be told. */
  readonly unsupportedRemovals?: number | undefined;
  /** The destination a replay is for, when it is not ours: then nothing is done. */
  readonly forDestination?: string | undefined;
}

/**
 * The summary of a pass of the drain, or of the delivery of a message that was pushed.
 * @param isKnown true: a warning said not long ago that these audiences wait
 */
export function logDeliverySettled(log: Logger, fields: DeliverySettled, isKnown = false): void {
  const level = fields.settled === 'nack' && !isKnown ? 'warn' : 'info';
  log[level]({ event: 'delivery_settled', ...fields }, `${fields.kind}: ${fields.settled}`);
}

/** A delivery ended in an error of ours; the queue delivers it again. */
export function logDeliveryFailed(
  log: Logger,
  audience: string | undefined,
  error: LoggedError,
): void {
  const text = 'A delivery failed unexpectedly and goes back to the queue';
  log.error({ event: 'delivery_failed', audience, ...error }, text);
}

export interface DeadLetterPublished {
  readonly reason: string;
  readonly destination: string;
  readonly members: number;
}

/** Something was given up on and now waits for an operator. */
export function logDeadLetterPublished(log: Logger, fields: DeadLetterPublished): void {
  const text = `Dead letter: ${fields.reason}`;
  log.error({ event: 'dead_letter_published', ...fields }, text);
}

/** An audience has its segment. `created` is false when the third party had it already. */
export function logAudienceCreated(
  log: Logger,
  fields: { destination: string; segment: string; created: boolean },
): void {
  log.info({ event: 'audience_created', ...fields }, 'An audience has its segment');
}

export interface AudienceFailed {
  readonly destination: string;
  /** The DMP's id of it. */
  readonly audience: string;
  readonly reason: 'refused' | 'retry-window-ended';
}

/** An audience has no segment. Its creator reads why, if intake is still waiting. */
export function logAudienceFailed(log: Logger, fields: AudienceFailed): void {
  const refused = fields.reason === 'refused';
  const text = refused ? 'The third party refused an audience' : 'An audience was given up on';
  log.warn({ event: 'audience_failed', ...fields }, text);
}

export interface DestinationCalled {
  readonly destination: string;
  readonly operation: 'add' | 'remove';
  readonly members: number;
  readonly segments: number;
  /** What came of it: outcomes, refused-whole, retry or fault. */
  readonly result: string;
  /** What the third party said, in our words; `answered 503` is how metrics know a status. */
  readonly reason?: string | undefined;
  /** Members the third party says it did not take, without saying which. */
  readonly unnamedRefusals?: number | undefined;
  readonly durationMs: number;
  /** Ids of the requests its members came with; the first of them, when there are many. */
  readonly requestIds: readonly string[];
}

/** A micro-batch went to the third party. */
export function logDestinationCalled(log: Logger, fields: DestinationCalled): void {
  const level = fields.result === 'outcomes' ? 'info' : 'warn';
  const text = `${fields.operation} of ${fields.members}: ${fields.reason ?? 'answered'}`;
  log[level]({ event: 'destination_called', ...fields }, text);
}

/** The third party refuses us, not the members: nothing arrives until an operator acts. */
export function logDestinationFault(
  log: Logger,
  fields: { destination: string; status: number },
): void {
  const text = `${fields.destination} answered ${fields.status}: ${faultAdvice(fields.status)}`;
  log.error({ event: 'destination_fault', ...fields }, text);
}

/** The third party takes our calls again, after a fault. */
export function logDestinationRecovered(log: Logger, fields: { destination: string }): void {
  log.info({ event: 'destination_recovered', ...fields }, 'The third party takes calls again');
}

/** The third party is left alone for a while; deliveries go back to the queue. */
export function logDestinationPaused(
  log: Logger,
  fields: { destination: string; reason: string; pauseMs: number },
): void {
  log.warn({ event: 'destination_paused', ...fields }, `No calls for now: ${fields.reason}`);
}

function faultAdvice(status: number): string {
  if (status === 401 || status === 403) return 'check DESTINATION_CREDENTIALS';
  if (status >= 300 && status < 400) return 'it redirects; check DESTINATION_BASE_URL';
  return 'check DESTINATION_BASE_URL and the description of the platform';
}

/** A request to forward is no push of Pub/Sub's. */
export function logPushRefused(log: Logger, error: LoggedError): void {
  log.error({ event: 'push_refused', ...error }, 'A request to forward was refused');
}

/** This instance has no room for another delivery: Pub/Sub brings it again. */
export function logPushTurnedAway(log: Logger, error: LoggedError): void {
  log.warn({ event: 'push_turned_away', ...error }, 'A delivery went back to the queue unread');
}

/** A call of the drain to the queue failed; it is made again, or the messages come again by themselves. */
export function logQueueCallFailed(log: Logger, call: string, error: LoggedError): void {
  log.warn(
    { event: 'queue_call_failed', call, ...error },
    `The queue did not take a call: ${call}`,
  );
}

/** The record of crashes could not be read or written; deliveries go on without it. */
export function logCrashRecordFailed(log: Logger, error: LoggedError): void {
  const text = 'The record of crashes could not be used; deliveries go on without it';
  log.warn({ event: 'crash_record_failed', ...error }, text);
}

/** A handler failed in a way it should have answered itself: a bug of ours. */
export function logHandlerFailed(log: Logger, error: LoggedError): void {
  log.error({ event: 'handler_failed', ...error }, 'A request was dropped: its handler failed');
}

/** A client could not be closed in order when the instance ended. */
export function logCloseFailed(log: Logger, error: LoggedError): void {
  log.warn({ event: 'close_failed', ...error }, 'A client was not closed in order');
}

/** The instance was told to end and has finished its requests; what is left was given up on. */
export function logDrainFinished(
  log: Logger,
  fields: {
    durationMs: number;
    abandonedRequests: number;
    undeliveredMessages?: number | undefined;
  },
): void {
  const lost = fields.abandonedRequests + (fields.undeliveredMessages ?? 0);
  log[lost > 0 ? 'error' : 'info']({ event: 'drain_finished', ...fields }, 'Stopped');
}

/** A variable is set that has no effect any more. */
export function logIgnoredSettings(
  log: Logger,
  { PUBLISH_INTERVAL_MS }: { readonly PUBLISH_INTERVAL_MS?: string | undefined },
): void {
  if (PUBLISH_INTERVAL_MS === undefined) return;
  const variable = 'PUBLISH_INTERVAL_MS';
  const text = `${variable}: has no effect any more; remove it, busy keys are spaced by themselves`;
  log.warn({ event: 'setting_ignored', variable }, text);
}

/** This forward takes everything and brings it nowhere. */
export function logDryRunStarted(log: Logger, fields: { destination: string }): void {
  const text =
    'DRY_RUN=true: what this forward acknowledges goes nowhere; run it on a subscription of its own';
  log.warn({ event: 'dry_run_started', ...fields }, text);
}
