import { CommandProblem } from '../command-problem.ts';

/** The longest id that intake takes has 512 characters. */
const MAX_LINE = 10_000;

/**
 * The lines of a text, a chunk of it at a time: one by one they would take longer than to send.
 * @param what the name of the text, for a person
 * @throws CommandProblem when it is not UTF-8, or a line is so long that it is no list of users
 */
export async function* linesOf(
  bytes: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new CommandProblem(`${what} is not UTF-8: convert it first.`, 1, { cause });
    }
  };
  let beginning = '';
  for await (const chunk of bytes) {
    const lines = (beginning + decode(chunk)).split(/\r?\n/);
    beginning = lines.pop() ?? '';
    if (beginning.length > MAX_LINE) {
      const text = `${what} has a line of more than ${MAX_LINE} characters: write one user a line.`;
      throw new CommandProblem(text);
    }
    if (lines.length > 0) yield lines;
  }
  yield [beginning + decode()];
}
