/** Finds or starts Google's emulators; they need only Java. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_TIMEOUT_MS = 240_000;

/** How to start one emulator, and the variable that tells the official clients where it is. */
interface Emulator {
  readonly variable: 'PUBSUB_EMULATOR_HOST' | 'FIRESTORE_EMULATOR_HOST';
  readonly javaArguments: (sdk: string, port: number) => Promise<readonly string[] | undefined>;
}

const EMULATORS: readonly Emulator[] = [
  {
    variable: 'PUBSUB_EMULATOR_HOST',
    javaArguments: async (sdk, port) => {
      const folder = join(sdk, 'platform/pubsub-emulator/lib');
      const jar = existsSync(folder)
        ? readdirSync(folder).find((file) => /^cloud-pubsub-emulator-.*-all\.jar$/.test(file))
        : undefined;
      if (jar === undefined) return undefined;
      const iamPort = await freePort();
      return [
        '-jar',
        join(folder, jar),
        '--host=127.0.0.1',
        `--port=${port}`,
        `--iam_port=${iamPort}`,
      ];
    },
  },
  {
    variable: 'FIRESTORE_EMULATOR_HOST',
    javaArguments: (sdk, port) => {
      const jar = join(sdk, 'platform/cloud-firestore-emulator/cloud-firestore-emulator.jar');
      if (!existsSync(jar)) return Promise.resolve(undefined);
      const main = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
      // Java itself, not the SDK's script, which leaves its child behind when it is ended.
      const options = ['-Duser.language=en', '-cp', jar, main];
      return Promise.resolve([...options, 'start', '--host=127.0.0.1', `--port=${port}`]);
    },
  },
];

export const HOW_TO_GET_EMULATORS =
  'To run them too, install Java and the gcloud components pubsub-emulator and cloud-firestore-emulator, ' +
  'or set PUBSUB_EMULATOR_HOST and FIRESTORE_EMULATOR_HOST.';

/**
 * Starts the emulators that the environment does not name and sets their variables, which jest's
 * workers inherit.
 * @returns the processes started, and the variables of the emulators that were not found
 */
export async function startEmulators(): Promise<{ started: ChildProcess[]; missing: string[] }> {
  const sdk = findSdk();
  const results = await Promise.all(EMULATORS.map((emulator) => startOne(emulator, sdk)));
  return {
    started: results.flatMap((result) => (typeof result === 'object' ? [result] : [])),
    missing: results.flatMap((result) => (typeof result === 'string' ? [result] : [])),
  };
}

async function startOne(
  { variable, javaArguments }: Emulator,
  sdk: string | undefined,
): Promise<ChildProcess | string | undefined> {
  if (process.env[variable] !== undefined) return undefined;
  const port = await freePort();
  const args = sdk === undefined ? undefined : await javaArguments(sdk, port);
  if (args === undefined || !hasJava()) return variable;
  const child = spawn('java', args, { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/`;
  await untilReady(child, url, variable);
  if (variable === 'PUBSUB_EMULATOR_HOST') await warmUp(url);
  process.env[variable] = `127.0.0.1:${port}`;
  return child;
}

/** Ends what {@link startEmulators} started. */
export async function stopEmulators(started: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    started.map(async (child) => {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }),
  );
}

/** Where the gcloud SDK is installed, if it is. */
export function findSdk(): string | undefined {
  const onPath = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'gcloud'))
    .find((file) => existsSync(file));
  const candidates = [
    process.env['CLOUDSDK_ROOT_DIR'],
    onPath && dirname(dirname(realpathSync(onPath))),
    '/usr/lib/google-cloud-sdk',
    join(process.env['HOME'] ?? '', 'google-cloud-sdk'),
  ];
  return candidates.find((folder) => folder !== undefined && existsSync(join(folder, 'platform')));
}

function hasJava(): boolean {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not installed: the caller says how to get it.
    return false;
  }
}

async function untilReady(child: ChildProcess, url: string, name: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`${name}: the emulator ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error(`${name}: the emulator was not ready after ${READY_TIMEOUT_MS} ms`);
}

/**
 * Publishes over REST a few times: the first calls of a fresh emulator take longer than intake waits for
 * Pub/Sub (docs/decisions/0024).
 */
async function warmUp(url: string): Promise<void> {
  const topic = `${url}v1/projects/warm-up/topics/warm-up`;
  const body = JSON.stringify({ messages: [{ data: 'eA==', orderingKey: 'key' }] });
  // Without it the emulator answers 404.
  const headers = { 'Content-Type': 'application/json' };
  await fetch(topic, { method: 'PUT' });
  for (let round = 0; round < 3; round += 1) {
    const calls = Array.from({ length: 20 }, () =>
      fetch(`${topic}:publish`, { method: 'POST', headers, body }).then((answer) => answer.text()),
    );
    await Promise.all(calls);
  }
  await fetch(topic, { method: 'DELETE' });
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
