import { RuleBroken, type FakeAnswer } from './fake-server.ts';

/** What Meta answers when it does not do as it is told. */

interface ErrorFields {
  readonly code: number;
  readonly message: string;
  readonly error_subcode?: number;
  readonly error_user_msg?: string;
  readonly is_transient?: boolean;
}

/** Meta says what is wrong in the body; the status says little. */
export function metaError(fields: ErrorFields, status = 400): FakeAnswer {
  const error = { type: 'OAuthException', fbtrace_id: 'A-fake', ...fields };
  return { status, body: { error } };
}

export function invalidParameter(problem: string): FakeAnswer {
  return metaError({ code: 100, message: `Invalid parameter: ${problem}` });
}

/** A call breaks a rule, which Meta answers with this code. */
export function broken(rule: string, code = 100): RuleBroken {
  return new RuleBroken(rule, metaError({ code, message: 'Invalid request' }));
}

/** What goes wrong at Meta, in its words. */
export const MISHAPS = {
  'rate-limited': metaError({ code: 80003, message: 'There have been too many calls' }),
  unavailable: metaError({ code: 2, message: 'Service unavailable', is_transient: true }, 503),
  broken: metaError({ code: 1, message: 'An unknown error occurred' }, 500),
};
