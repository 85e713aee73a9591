import { CommanderError } from 'commander';
import { ConfigurationError, RelayError } from '../shared/errors.ts';

const MAX_CAUSE = 200;

/** 1: something could not be done. 2: wrong usage. Documented in every `--help`. */
export type ExitCode = 1 | 2;

/** A command cannot do what it was told; the message says what to do next. */
export class CommandProblem extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = 1, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'CommandProblem';
    this.exitCode = exitCode;
  }
}

/** What to write and with which code to exit after a command has thrown. */
export function explainProblem(error: unknown): { text: string; exitCode: 0 | ExitCode } {
  // Commander has written its text already; help that was asked for is no problem.
  if (error instanceof CommanderError) return { text: '', exitCode: error.exitCode === 0 ? 0 : 2 };
  if (error instanceof CommandProblem) return { text: error.message, exitCode: error.exitCode };
  if (error instanceof ConfigurationError) return { text: error.message, exitCode: 2 };
  if (error instanceof RelayError) return { text: withCause(error), exitCode: 1 };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text, exitCode: 1 };
}

/** Google's clients repeat themselves at length: the beginning tells. */
function withCause({ message, cause }: RelayError): string {
  if (!(cause instanceof Error)) return message;
  const [line = ''] = cause.message.split('\n');
  return `${message}\n(${line.length > MAX_CAUSE ? `${line.slice(0, MAX_CAUSE)}…` : line})`;
}
