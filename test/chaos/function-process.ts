import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environment, type Environment } from '../../shared/config.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';

const FRAMEWORK = createRequire(import.meta.url)
  .resolve('@google-cloud/functions-framework')
  .replace(/index\.js$/, 'main.js');
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

export interface FunctionToRun {
  readonly target: 'diy' | 'forward';
  /** Path of the module, from the top of the repository. */
  readonly source: string;
  readonly port: number;
  readonly variables: Environment;
  /** What it answers to a GET once it is there. */
  readonly readyStatus: number;
  /** Where its output is appended. */
  readonly logFile: string;
}

export interface FunctionProcess {
  /** Rejects when it ends though nobody has ended it. */
  readonly broken: Promise<never>;
  /** Ends it by its pid. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Stops it in the middle of everything, and lets it go on after `ms`. */
  freeze(ms: number): Promise<void>;
}

/** Runs a function in a process of its own by the framework's command; resolves when it answers. */
export async function startFunction(options: FunctionToRun): Promise<FunctionProcess> {
  const { target, source, port, variables, logFile } = options;
  const { PATH, HOME } = environment;
  const path = fileURLToPath(new URL(`../../${source}`, import.meta.url));
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [FRAMEWORK, `--target=${target}`, `--source=${path}`], {
    env: {
      PATH,
      HOME,
      METADATA_SERVER_DETECTION: 'none',
      ...emulatorVariables(),
      PORT: String(port),
      ...variables,
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  // Also when this process ends in the middle of things.
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  let ending = false;
  const exited = once(child, 'exit').finally(() => process.off('exit', endWithUs));
  const broken = exited.then(() =>
    ending ? new Promise<never>(() => undefined) : Promise.reject(endedEarly(options)),
  );
  broken.catch(() => undefined);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    ending = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await exited;
  };

  try {
    await Promise.race([untilAnswering(options), broken]);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  const freeze = async (ms: number): Promise<void> => {
    child.kill('SIGSTOP');
    await sleep(ms);
    child.kill('SIGCONT');
  };
  return { broken, end, freeze };
}

function endedEarly({ target, logFile }: FunctionToRun): Error {
  return new Error(`${target} ended by itself: see ${logFile}`);
}

async function untilAnswering({ target, port, readyStatus }: FunctionToRun): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}`).catch(() => undefined);
    if (answer?.status === readyStatus) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${target} did not answer within ${READY_TIMEOUT_MS} ms`);
}
