import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect } from '@jest/globals';
import { environment, type Environment } from '../../shared/config.ts';
import { eventually } from '../setup/eventually.ts';

/** The exit code, or the signal the program ended by. */
export type Ended = number | NodeJS.Signals | null;

/** A program of ours in a process group of its own. */
export interface Child {
  readonly pid: number;
  output(): string;
  /** Sends a signal to the program alone; resolves when it has ended. */
  end(signal: NodeJS.Signals): Promise<Ended>;
  /** Sends SIGINT to the whole group, as a terminal does for Ctrl-C. */
  pressControlC(): Promise<Ended>;
  /** Whether any process of its group is left. */
  groupIsAlive(): boolean;
  /** Ends the whole group, whatever state it is in. */
  kill(): void;
}

/**
 * Starts a program and waits until `ready.url` answers `ready.status`, 200 by default.
 * @throws Error with the program's output when it ends before, or does not get ready
 */
export async function startChild(
  command: readonly string[],
  variables: Environment,
  ready: { readonly url: string; readonly status?: number },
): Promise<Child> {
  const [file = '', ...args] = command;
  const { PATH, HOME } = environment;
  const child = spawn(file, args, {
    detached: true,
    env: { PATH, HOME, METADATA_SERVER_DETECTION: 'none', ...variables },
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => lines.push(chunk.toString('utf8')));
  }
  const controls = controlsOf(child, lines);
  try {
    await eventually(async () => {
      if (hasEnded(child)) return;
      expect((await fetch(ready.url)).status).toBe(ready.status ?? 200);
    });
    if (hasEnded(child)) throw new Error(`ended with ${child.exitCode ?? child.signalCode}`);
  } catch (error) {
    controls.kill();
    throw new Error(`${file} did not get ready:\n${controls.output()}`, { cause: error });
  }
  return controls;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function controlsOf(child: ChildProcess, lines: readonly string[]): Child {
  const pid = child.pid ?? 0;
  const exited = once(child, 'exit');
  const endAfter = async (send: () => void): Promise<Ended> => {
    send();
    await exited;
    return child.exitCode ?? child.signalCode;
  };
  return {
    pid,
    output: () => lines.join(''),
    end: (signal) => endAfter(() => child.kill(signal)),
    pressControlC: () => endAfter(() => signalGroup(pid, 'SIGINT')),
    groupIsAlive: () => signalGroup(pid, 0),
    kill: () => void signalGroup(pid, 'SIGKILL'),
  };
}

/** Whether there was a group to signal. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    // ESRCH: no process of the group is left.
    return false;
  }
}
