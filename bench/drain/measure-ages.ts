/**
 * `npm run measure:ages`: how old members are when they reach a platform that answers at once: a lone message, and
 * members that waited for their audience, and ten healthy audiences without and beside one that fails forever and
 * twenty that nobody created. On the emulator also how long requests to forward are open.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { startLocalStack } from '../../cli/local-stack/local-stack.ts';
import { percentile } from '../../cli/percentile.ts';
import { readConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { emulatorVariables } from '../../test/setup/emulator-variables.ts';
import { startEmulators, stopEmulators } from '../../test/setup/emulators.ts';
import { startRecordingPlatform } from './recording-platform.ts';

const WARM_UP = 10;
const LONE_MESSAGES = 100;
const HEALTHY = Array.from({ length: 10 }, (_, index) => `healthy.${index}`);
const UNKNOWN = Array.from({ length: 20 }, (_, index) => `unknown.${index}`);
const FAILING = 'failing';
const SECONDS = 20;
/** By then what waits is put back for 16 s. */
const WAITED_MS = 22_000;

async function measure(onEmulators: boolean) {
  const platform = await startRecordingPlatform();
  const config = readConfig('localStack', {
    PORT: '0',
    PANGOLIN_PORT: '0',
    SHARDS: '1',
    DESTINATION: 'pangolin',
    DESTINATION_BASE_URL: platform.url,
    DESTINATION_CREDENTIALS: 'pangolin:pangolin',
    ...(onEmulators ? { ...emulatorVariables(), PUBLISH_TIMEOUT_MS: '5000' } : {}),
  });
  const stack = await startLocalStack(config, createLogger('silent'));
  const open = watchWakes([stack.intakeUrl, platform.url]);
  const dmp = createDmpClient({ url: stack.intakeUrl, secret: 'local-secret' });
  for (const audience of [...HEALTHY, FAILING]) await dmp.createAudience(audience, audience);

  /** The age of one member, in milliseconds since its request began. */
  async function ageOf(audience: string, user: string): Promise<number> {
    const sentAt = performance.now();
    await dmp.addToAudience(audience, [user]);
    while (performance.now() < sentAt + 30_000) {
      const arrivedAt = platform.arrivedAt(user);
      if (arrivedAt !== undefined) return arrivedAt - sentAt;
      await sleep(1);
    }
    return Infinity;
  }

  async function lone(count: number, name: string): Promise<number[]> {
    const ages: number[] = [];
    for (let index = 0; index < count; index += 1) {
      ages.push(await ageOf('healthy.0', `${name}-${index}`));
      await sleep(300);
    }
    return ages;
  }

  /** The time from a creation to the arrival of a member that waited for it, put back several times. */
  async function afterCreation(): Promise<number[]> {
    await dmp.addToAudience('late', ['late']);
    await sleep(WAITED_MS);
    const createdAt = performance.now();
    await dmp.createAudience('late', 'late');
    while (platform.arrivedAt('late') === undefined) await sleep(1);
    return [(platform.arrivedAt('late') ?? 0) - createdAt];
  }

  /** A request a second of each healthy audience, and of the `others`, whose age nobody asks. */
  async function side(name: string, others: readonly string[]): Promise<number[]> {
    const ages: Promise<number>[] = [];
    for (let second = 0; second < SECONDS; second += 1) {
      for (const audience of others) {
        void dmp.addToAudience(audience, [`${name}-${audience}-${second}`]);
      }
      for (const audience of HEALTHY) {
        ages.push(ageOf(audience, `${name}-${audience}-${second}`));
        await sleep(1_000 / HEALTHY.length);
      }
    }
    return Promise.all(ages);
  }

  const queue = onEmulators ? 'emulator' : 'embedded';
  const row = (name: string, ages: readonly number[]) => {
    const ascending = Float64Array.from(ages).sort();
    const rounded = (share: number) => Number(percentile(ascending, share).toFixed(1));
    return { queue, case: name, p50: rounded(0.5), p90: rounded(0.9), max: rounded(1) };
  };
  await lone(WARM_UP, 'warm-up');
  open.totalMs = 0;
  const alone = await lone(LONE_MESSAGES, 'lone');
  const openMs = Math.round(open.totalMs / LONE_MESSAGES);
  const without = await side('without', []);
  const called = await afterCreation();
  platform.fail(FAILING);
  const beside = await side('beside', [FAILING, ...UNKNOWN]);
  await stack.stop();
  platform.close();
  return [
    { ...row('a lone message', alone), 'open ms a message': onEmulators ? openMs : '' },
    row('from CREATE to what waited for it', called),
    row('ten healthy audiences', without),
    row('… beside one that fails and twenty unknown', beside),
  ];
}

/** Adds up how long requests to other servers of this process are open: those that wake forward. */
function watchWakes(others: readonly string[]): { totalMs: number } {
  const open = { totalMs: 0 };
  const ports = others.map((url) => new URL(url).port);
  subscribe('http.server.request.start', (message) => {
    const { server, response } = message as { server: Server; response: ServerResponse };
    if (ports.includes(String((server.address() as AddressInfo).port))) return;
    const startedAt = performance.now();
    response.once('close', () => (open.totalMs += performance.now() - startedAt));
  });
  return open;
}

const { started } = await startEmulators();
try {
  console.table([...(await measure(false)), ...(await measure(true))]);
} finally {
  await stopEmulators(started);
}
process.exit(0);
