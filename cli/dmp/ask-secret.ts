import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandProblem } from '../command-problem.ts';

/** What is asked on. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

const PROCESS_TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks for a secret on the terminal, which does not show what is typed.
 * @throws CommandProblem when there is no terminal, or no answer
 */
export async function askSecret(
  question: string,
  { input, output }: Terminal = PROCESS_TERMINAL,
): Promise<string> {
  if (input.isTTY !== true) {
    const text = '--ask-secret needs a terminal: set HMAC_SECRETS, or give --secret-file.';
    throw new CommandProblem(text, 2);
  }
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const asking = new AbortController();
  const terminal = createInterface({ input, output: nowhere, terminal: true });
  terminal.once('close', () => {
    asking.abort();
  });
  output.write(question);
  try {
    const secret = await terminal.question('', { signal: asking.signal });
    if (secret !== '') return secret;
  } catch (error) {
    if (!asking.signal.aborted) throw error;
  } finally {
    terminal.close();
    output.write('\n');
  }
  throw new CommandProblem('No secret was given.', 2);
}
