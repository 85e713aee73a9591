/**
 * The errors of the relay. One class per party who must act; `code` is stable and documented in
 * docs/errors.md, the message tells that party what to do next. `retryable` is decided where the
 * failure is understood, never guessed where it is caught.
 */

/** Values safe to log: never a user id, a secret or a payload. */
export type SafeDetails = Readonly<Record<string, string | number | boolean>>;

export interface RelayErrorOptions {
  readonly cause?: unknown;
  readonly details?: SafeDetails;
  readonly retryable?: boolean;
  /** How long the third party wants us to wait. */
  readonly retryAfterMs?: number | undefined;
}

export type ErrorCode =
  | 'CONFIGURATION_INVALID'
  | 'METHOD_NOT_ALLOWED'
  | 'CONTENT_TYPE_UNSUPPORTED'
  | 'BODY_TOO_LARGE'
  | 'REQUEST_INVALID'
  | 'SIGNATURE_INVALID'
  | 'BASIC_AUTH_INVALID'
  | 'MESSAGE_UNDECODABLE'
  | 'DESTINATION_REFUSED'
  | 'DESTINATION_UNAVAILABLE'
  | 'DESTINATION_MISCONFIGURED'
  | 'DESTINATION_PAUSED'
  | 'QUEUE_UNAVAILABLE'
  | 'OVERLOADED'
  | 'AUDIENCE_MAP_UNAVAILABLE'
  | 'SECRET_UNAVAILABLE';

/** Base of all errors the relay throws on purpose. */
export abstract class RelayError extends Error {
  readonly code: ErrorCode;
  readonly details: SafeDetails;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: RelayErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The operator must act: the configuration is wrong. `problems` lists everything found at once. */
export class ConfigurationError extends RelayError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options: RelayErrorOptions = {}) {
    const list = problems.map((problem) => `\n  - ${problem}`).join('');
    super('CONFIGURATION_INVALID', `The configuration is invalid:${list}`, options);
    this.problems = problems;
  }
}

/** The caller of intake must act. `status` is the HTTP status the caller is answered with. */
export class RequestError extends RelayError {
  readonly status: number;

  constructor(code: ErrorCode, status: number, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** A queue message does not follow the schema: redelivery cannot help. */
export class MessageError extends RelayError {
  constructor(message: string, options: RelayErrorOptions = {}) {
    super('MESSAGE_UNDECODABLE', message, options);
  }
}

/** The third party failed or refused; `retryable` tells which. */
export class DestinationError extends RelayError {}

/** A Google service (queue, audience map, secrets) did not answer as it should. */
export class PlatformError extends RelayError {
  constructor(code: ErrorCode, message: string, options: RelayErrorOptions = {}) {
    super(code, message, { retryable: true, ...options });
  }
}
