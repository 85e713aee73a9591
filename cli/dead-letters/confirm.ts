import { createInterface } from 'node:readline/promises';

/** Asks on the terminal; only `y` or `yes` is a yes. Resolves with false when the input ends. */
export async function confirm(question: string): Promise<boolean> {
  const asking = new AbortController();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.once('close', () => {
    asking.abort();
  });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: asking.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (asking.signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}
