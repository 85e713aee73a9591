import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { environment, type Environment } from '../shared/config.ts';
import type { ContenderMessage, Usage } from './contenders/serve.ts';

/** A contender that runs in a process of its own. */
export interface Contender {
  readonly url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

export interface ContenderProgram {
  /** A file in contenders/. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly variables?: Environment;
}

/** Whether a process can be kept on one core here, so that load and contender do not share any. */
export const canPin =
  availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

const CONTENDER_CORE = '0';
const LOAD_CORE = '1';

/** Keeps the process with this id, and what it starts from now on, off the contenders' core. */
export function pinToLoadCore(pid: number | undefined): void {
  if (canPin) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', LOAD_CORE, String(pid)]);
}

/** The beginning of a command that runs on the contenders' core. */
export function onContenderCore(): readonly string[] {
  return canPin ? ['taskset', '--cpu-list', CONTENDER_CORE] : [];
}

/**
 * Starts a contender and resolves when it listens.
 * @throws Error when it ends before that
 */
export async function startContender(program: ContenderProgram): Promise<Contender> {
  const file = fileURLToPath(new URL(`contenders/${program.file}`, import.meta.url));
  const node = [process.execPath, '--expose-gc', file, ...(program.args ?? [])];
  const [command = '', ...args] = [...onContenderCore(), ...node];
  const { PATH, HOME } = environment;
  const child = spawn(command, args, {
    env: { PATH, HOME, NODE_ENV: 'production', ...program.variables },
    // Its log is read, as Cloud Run reads it.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.stdout?.resume();
  const { url } = await messageOf(child, 'url');
  return {
    url,
    usage: async () => {
      child.send('usage');
      return (await messageOf(child, 'usage')).usage;
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

async function messageOf<Key extends 'url' | 'usage'>(child: ChildProcess, key: Key) {
  const settled = new AbortController();
  const ended = once(child, 'exit', settled).then(([code]) => {
    throw new Error(`${child.spawnargs.join(' ')} ended with ${String(code)}`);
  });
  // Told by abort below, when nobody waits for it any more.
  ended.catch(() => undefined);
  const told = once(child, 'message', settled) as Promise<[ContenderMessage]>;
  const [message] = await Promise.race([told, ended]);
  settled.abort();
  if (key in message) return message as Extract<ContenderMessage, Record<Key, unknown>>;
  throw new Error(`The contender did not tell its ${key}.`);
}
