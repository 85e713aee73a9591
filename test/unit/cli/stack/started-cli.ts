import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Environment } from '../../../../shared/config.ts';
import { childEnvironment } from '../../../setup/child-environment.ts';
import { eventually } from '../../../setup/eventually.ts';
import type { Ran } from '../run-cli.ts';

/** The command line while it runs. */
export interface StartedCli {
  readonly stdin: Writable;
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** Resolves once this was written to stderr. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ran>;
}

/** Starts the real command line, its standard input held open. */
export function startCli(args: readonly string[], variables: Environment): StartedCli {
  const child = spawn(process.execPath, ['cli/audience-relay.ts', ...args], {
    env: childEnvironment(variables),
    timeout: 240_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // It may have ended before it has read everything.
  child.stdin.on('error', () => undefined);
  return {
    stdin: child.stdin,
    interrupt: () => void child.kill('SIGINT'),
    says: (text) =>
      eventually(() => {
        if (!stderr.includes(text)) throw new Error(`not written: ${text}\n${stderr}`);
      }),
    ended: once(child, 'close').then(([code]) => ({ code: Number(code ?? -1), stdout, stderr })),
  };
}
