import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../shared/config.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { freePort } from '../setup/emulators.ts';
import { startChild, type Child } from './child.ts';

const FRAMEWORK = createRequire(import.meta.url)
  .resolve('@google-cloud/functions-framework')
  .replace(/index\.js$/, 'main.js');

export interface FunctionToRun {
  readonly target: 'diy' | 'forward' | 'sync';
  /** Path of the module or its folder, from the top of the repository. */
  readonly source: string;
  readonly variables: Environment;
  /** What it answers to the GET that asks whether it is there. */
  readonly readyStatus?: number;
  readonly readyTimeoutMs?: number;
}

/** Runs a function by the framework's own command, as Cloud Functions does, on a free port. */
export async function runFunction(options: FunctionToRun): Promise<{ child: Child; url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const source = fileURLToPath(new URL(`../../${options.source}`, import.meta.url));
  const child = await startChild(
    [process.execPath, FRAMEWORK, `--target=${options.target}`, `--source=${source}`],
    { ...emulatorVariables(), PORT: String(port), ...options.variables },
    { url, status: options.readyStatus ?? 200, timeoutMs: options.readyTimeoutMs ?? 20_000 },
  );
  return { child, url };
}
