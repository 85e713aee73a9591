import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../shared/config.ts';
import { emulatorVariables } from '../setup/emulator-variables.ts';
import { freePort } from '../setup/emulators.ts';
import { startChild, type Child } from './child.ts';
import { pathWithThisNode } from './path-with-this-node.ts';

const FRAMEWORK = createRequire(import.meta.url)
  .resolve('@google-cloud/functions-framework')
  .replace(/index\.js$/, 'main.js');

/** What a deployment says, whatever the code. */
export interface FunctionToStart {
  readonly target: 'diy' | 'forward' | 'sync';
  readonly variables: Environment;
  /** What it answers to the GET that asks whether it is there. */
  readonly readyStatus?: number;
}

export interface FunctionToRun extends FunctionToStart {
  /** Path of the module or its folder, from the top of the repository. */
  readonly source: string;
}

export interface RunningFunction {
  readonly child: Child;
  readonly url: string;
}

/** Runs a function from its sources by the framework's own command, on a free port. */
export function runFunction(options: FunctionToRun): Promise<RunningFunction> {
  const source = fileURLToPath(new URL(`../../${options.source}`, import.meta.url));
  const command = [process.execPath, FRAMEWORK, `--target=${options.target}`];
  return start([...command, `--source=${source}`], options);
}

/** Runs what stands in a folder, as Cloud Functions does: all it has is beside it. */
export function runDeployed(folder: string, options: FunctionToStart): Promise<RunningFunction> {
  const script = 'cd "$1" && exec node_modules/.bin/functions-framework --target="$2"';
  return start(['/bin/sh', '-c', script, 'sh', folder, options.target], options);
}

async function start(
  command: readonly string[],
  { variables, readyStatus = 200 }: FunctionToStart,
): Promise<RunningFunction> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild(
    command,
    { ...emulatorVariables(), PATH: pathWithThisNode(), PORT: String(port), ...variables },
    { url, status: readyStatus },
  );
  return { child, url };
}
