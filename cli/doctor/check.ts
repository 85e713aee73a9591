/** The shape of every check of the doctor: facts in, a finding out. */

/** `skip`: it could not be made, and the text says why. */
export type Status = 'ok' | 'warn' | 'fail' | 'skip';

/** What a check found. Never holds a secret's value. */
export interface Finding {
  readonly status: Status;
  /** What was found, in one line. */
  readonly text: string;
  /** What to do next, where there is something to do: a line each. */
  readonly advice: readonly string[];
}

/** One line of the report. */
export interface Check<Subject> {
  readonly name: string;
  /** Whether and why, by looking at `subject`; changes nothing. */
  run(subject: Subject): Finding | Promise<Finding>;
}

export interface CheckResult extends Finding {
  readonly name: string;
}

export function ok(text: string): Finding {
  return { status: 'ok', text, advice: [] };
}

export function warn(text: string, ...advice: readonly string[]): Finding {
  return { status: 'warn', text, advice };
}

export function fail(text: string, ...advice: readonly string[]): Finding {
  return { status: 'fail', text, advice };
}

export function skip(text: string): Finding {
  return { status: 'skip', text, advice: [] };
}

/** Fails with all problems in one line and what to do about each, else is ok. */
export function failIfAny(
  problems: readonly { readonly text: string; readonly advice: string }[],
  okText: string,
): Finding {
  if (problems.length === 0) return ok(okText);
  const advice = new Set(problems.map((problem) => problem.advice));
  return fail(problems.map(({ text }) => text).join('; '), ...advice);
}
