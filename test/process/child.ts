import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect } from '@jest/globals';
import { environment, type Environment } from '../../shared/config.ts';
import { eventually } from '../setup/eventually.ts';

export interface Ended {
  /** The exit code, or the signal the program ended by. */
  readonly by: number | NodeJS.Signals | null;
  readonly durationMs: number;
}

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
 * @throws Error with the program's output when it does not get ready
 */
export async function startChild(
  command: readonly string[],
  variables: Environment,
  ready: { readonly url: string; readonly status?: number; readonly timeoutMs?: number },
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
      expect((await fetch(ready.url)).status).toBe(ready.status ?? 200);
    }, ready.timeoutMs);
  } catch (error) {
    controls.kill();
    throw new Error(`${file} did not get ready:\n${controls.output()}`, { cause: error });
  }
  return controls;
}

function controlsOf(child: ChildProcess, lines: readonly string[]): Child {
  const pid = child.pid ?? 0;
  const exited = once(child, 'exit');
  const endAfter = async (send: () => void): Promise<Ended> => {
    const startedAt = Date.now();
    send();
    await exited;
    return { by: child.exitCode ?? child.signalCode, durationMs: Date.now() - startedAt };
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
