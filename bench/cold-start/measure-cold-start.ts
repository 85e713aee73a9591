import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment, type Environment } from '../../shared/config.ts';
import { pathWithThisNode } from '../../test/process/path-with-this-node.ts';
import { freePort } from '../../test/setup/emulators.ts';
import { onContenderCore } from '../contender-process.ts';
import { median } from '../median.ts';

const POLL_MS = 2;
const TIMEOUT_MS = 20_000;

/** A function as it is deployed, and the request that it is started for. */
export interface ColdStart {
  /** The folder with its bundle, and the framework linked. */
  readonly folder: string;
  readonly target: string;
  readonly variables: Environment;
  readonly first: FirstRequest;
}

export interface FirstRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the answer that counts; default 200. */
  readonly status?: number;
}

/**
 * Milliseconds from the start of the process to the first answer that counts, by name: medians of `runs`, in
 * which the functions take turns.
 */
export async function measureColdStarts(
  functions: Readonly<Record<string, ColdStart>>,
  runs: number,
): Promise<Record<string, number>> {
  const times = new Map<string, number[]>(Object.keys(functions).map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, one] of Object.entries(functions))
      times.get(name)?.push(await startOnce(one));
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, median(values)]));
}

async function startOnce({ folder, target, variables, first }: ColdStart): Promise<number> {
  const port = await freePort();
  const framework = ['node', 'node_modules/.bin/functions-framework', `--target=${target}`];
  const [command = '', ...args] = [...onContenderCore(), ...framework];
  const startedAt = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: {
      PATH: pathWithThisNode(),
      HOME: environment['HOME'],
      NODE_ENV: 'production',
      METADATA_SERVER_DETECTION: 'none',
      ...variables,
      PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    for (;;) {
      const status = await statusOf(first, port);
      if (status === (first.status ?? 200)) return performance.now() - startedAt;
      if (status !== undefined) throw new Error(`${target} answered ${status}`);
      if (performance.now() - startedAt > TIMEOUT_MS) throw new Error(`${target} did not answer`);
      await sleep(POLL_MS);
    }
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** Undefined while nobody listens. */
function statusOf({ method, path, headers, body }: FirstRequest, port: number) {
  return new Promise<number | undefined>((resolve) => {
    const options = { method, path, headers, host: '127.0.0.1', port, agent: false };
    const sent = request({ ...options, headers: headers ?? {} }, (response) => {
      response.resume();
      response.once('end', () => {
        resolve(response.statusCode);
      });
    });
    sent.once('error', () => {
      resolve(undefined);
    });
    sent.end(body);
  });
}
