/** Where users come from, in chunks, so that a file of any length is never held as a whole. */
import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { CommandProblem } from '../command-problem.ts';
import { linesOf } from './lines.ts';

const GENERATED_CHUNK = 10_000;

export interface UserOptions {
  readonly usersFile?: string;
  readonly stdin?: true;
  readonly generate?: number;
  readonly prefix: string;
}

export interface UserSource {
  readonly chunks: AsyncIterable<readonly string[]>;
  /** How many there are, where that is known beforehand. */
  readonly total?: number | undefined;
}

/**
 * The users that are named on the command line, or in a file, by standard input or generated: exactly one
 * of these. They end early when `stop` is aborted.
 * @throws CommandProblem
 */
export function usersFrom(
  named: readonly string[],
  options: UserOptions,
  stop: AbortSignal,
): UserSource {
  const { usersFile, stdin, generate, prefix } = options;
  const given = [named.length > 0, usersFile !== undefined, stdin === true, generate !== undefined];
  if (given.filter(Boolean).length !== 1) {
    const text = 'Name the users, or give one of --users-file, --stdin and --generate.';
    throw new CommandProblem(text, 2);
  }
  if (usersFile !== undefined) return { chunks: usersInFile(usersFile, stop) };
  if (stdin === true) return { chunks: usersIn(process.stdin, 'standard input', stop) };
  if (generate !== undefined) return { chunks: generated(generate, prefix), total: generate };
  return { chunks: once(named), total: named.length };
}

async function* once(users: readonly string[]): AsyncGenerator<readonly string[]> {
  yield await Promise.resolve(users);
}

async function* generated(count: number, prefix: string): AsyncGenerator<readonly string[]> {
  for (let start = 1; start <= count; start += GENERATED_CHUNK) {
    const length = Math.min(GENERATED_CHUNK, count - start + 1);
    yield await Promise.resolve(Array.from({ length }, (_, at) => `${prefix}${start + at}`));
  }
}

async function* usersInFile(path: string, stop: AbortSignal): AsyncGenerator<readonly string[]> {
  try {
    yield* usersIn(createReadStream(path), path, stop);
  } catch (cause) {
    if (cause instanceof CommandProblem) throw cause;
    throw new CommandProblem(`--users-file: ${path} cannot be read: check the path.`, 2, { cause });
  }
}

/** One user a line; spaces around an id and empty lines do not count. */
async function* usersIn(
  stream: Readable,
  what: string,
  stop: AbortSignal,
): AsyncGenerator<readonly string[]> {
  try {
    for await (const lines of linesOf(addAbortSignal(stop, stream), what)) {
      yield lines.map((line) => line.trim()).filter((line) => line !== '');
    }
  } catch (error) {
    // Being stopped is an end like another.
    if (!stop.aborted) throw error;
  }
}
