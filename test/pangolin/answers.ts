import type { OutgoingHttpHeaders } from 'node:http';

/** What Pangolin says to one request. */
export interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** An answer and how it goes out: after `delayMs`, or not at all (`reset` cuts the connection). */
export interface Reply {
  readonly answer: Answer | 'reset';
  readonly delayMs: number;
  /** Called just before the answer goes out, and never when the caller has gone by then. */
  readonly onSend: () => void;
  /** Called instead when the caller has gone by then. */
  readonly onHangUp?: () => void;
}

/** A request Pangolin does not carry out. Thrown before anything is applied. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  /** How many members of the request stand in the `refuseUsers` fault. */
  readonly refusedMembers: number;

  constructor(
    status: number,
    message: string,
    details: { headers?: OutgoingHttpHeaders; refusedMembers?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.headers = details.headers ?? {};
    this.refusedMembers = details.refusedMembers ?? 0;
  }
}

/** 200 with `value` as JSON. */
export function json(value: unknown): Answer {
  return answerJson(200, value);
}

/** 200 without a body. */
export function empty(): Answer {
  return { status: 200, headers: {}, body: '' };
}

/** An error in Pangolin's one error form. */
export function failure(status: number, error: string, headers: OutgoingHttpHeaders = {}): Answer {
  return answerJson(status, { status: 'ERROR', error }, headers);
}

/** The answer to a request that was refused; any other error is a bug of ours and goes on. */
export function refusalAnswer(error: unknown): Answer {
  if (error instanceof Refusal) return failure(error.status, error.message, error.headers);
  throw error;
}

/** The refusal of a method, naming those allowed. */
export function methodNotAllowed(allowed: readonly string[]): Refusal {
  const allow = allowed.join(', ');
  return new Refusal(405, `Use ${allow} here.`, { headers: { allow } });
}

/** Sends `answer` at once. */
export function immediately(answer: Answer): Reply {
  return { answer, delayMs: 0, onSend: () => undefined };
}

function answerJson(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  };
}
