import { execFile } from 'node:child_process';
import type { Environment } from '../../../shared/config.ts';
import { childEnvironment } from '../../setup/child-environment.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as an operator does, without a terminal, and waits for its end. */
export function runCli(args: readonly string[], variables: Environment = {}): Promise<Ran> {
  const env = childEnvironment(variables);
  return new Promise((resolve) => {
    const command = ['cli/audience-relay.ts', ...args];
    execFile(process.execPath, command, { env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
