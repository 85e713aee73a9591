/** Emulators, Pangolin, intake and forward, each function in its own process. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createDmpClient, type DmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { leaseFor } from '../../shared/delivery/drain.ts';
import { environment } from '../../shared/config.ts';
import { provision, wakeOf } from '../../shared/queue/pubsub-provision.ts';
import { sleep } from '../../shared/sleep.ts';
import { startPangolin } from '../pangolin/pangolin.ts';
import {
  freePort,
  HOW_TO_GET_EMULATORS,
  startEmulators,
  stopEmulators,
} from '../setup/emulators.ts';
import { startFunction, type FunctionProcess } from './function-process.ts';
import type { ChaosOptions } from './options.ts';
import { createRandom } from './random.ts';
import { keepStoredMessages, type StoredMessages } from './stored.ts';

const PROJECT = 'chaos';
const SECRET = 'local-secret';
const FAULTS = { error500: 0.1, error429: 0.1, reset: 0.05 };
/** Pangolin's calls take ten seconds at most. */
export const LEASE_MS = leaseFor(10_000);
const FREEZE_MS = LEASE_MS + 5_000;
/** Intake answers 503 after 900 ms; what it had sent by then is stored when the queue goes on. */
const STUTTER_MS = 2_000;
const INTAKE_LOG = 'artifacts/chaos-intake.log';
const FORWARD_LOG = 'artifacts/chaos-forward.log';

export interface ChaosStack {
  readonly dmp: DmpClient;
  readonly pangolin: PangolinClient;
  readonly projectId: string;
  /** Where dead letters wait. */
  readonly deadLetterSubscription: string;
  /** What intake published, as the queue stored it. */
  readonly stored: StoredMessages;
  /** Rejects when a function ends though nobody has ended it. */
  readonly broken: Promise<never>;
  /** Does something to the next process of forward; one that ends gets a successor at its port. */
  disturb(how: Disturbance): Promise<void>;
}

/**
 * Of forward: SIGKILL, SIGSTOP for longer than a lease, or SIGTERM. Of the queue: SIGSTOP for longer than
 * intake waits for it.
 */
export type Disturbance = 'kill' | 'freeze' | 'end' | 'stutter';

/** Ends something; called in the reverse order of registering. */
export type OnEnd = (end: () => Promise<unknown>) => void;

/** Starts everything, with faults from the beginning, and registers how each part is ended. */
export async function startChaosStack(
  { seed, drainers, sweep, stutters }: ChaosOptions,
  onEnd: OnEnd,
): Promise<ChaosStack> {
  const isQueueOurs = environment['PUBSUB_EMULATOR_HOST'] === undefined;
  const { started, missing } = await startEmulators();
  onEnd(() => stopEmulators(started));
  if (missing.length > 0) {
    throw new Error(`Emulators not found: ${missing.join(', ')}. ${HOW_TO_GET_EMULATORS}`);
  }
  const queue = isQueueOurs ? started[0] : undefined;
  if (queue === undefined && stutters > 0) {
    throw new Error('Unset PUBSUB_EMULATOR_HOST: only an emulator of its own can stutter.');
  }
  const pangolinServer = await startPangolin({ random: createRandom(seed) });
  onEnd(() => pangolinServer.close());
  const pangolin = createPangolinClient(pangolinServer.url);
  await pangolin.setFaults(FAULTS);

  const topic = `chaos-${randomUUID()}`;
  const controlTopic = `${topic}-control`;
  const deadLetterTopic = `${topic}-dead-letters`;
  const ports = await Promise.all(Array.from({ length: drainers }, () => freePort()));
  const provisioned = await provision({
    projectId: PROJECT,
    topic,
    controlTopic,
    deadLetterTopic,
  });
  onEnd(() => provisioned.remove());
  const stored = await keepStoredMessages(PROJECT, topic);
  const subscription = `${topic}-forward`;
  const wakeEndpoints = ports.map((port) => `http://127.0.0.1:${port}`);
  await provisioned.addForward(subscription, wakeEndpoints);

  let fail: (error: unknown) => void = () => undefined;
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  broken.catch(() => undefined);
  const watched = (running: FunctionProcess): FunctionProcess => {
    running.broken.catch(fail);
    return running;
  };
  const variables = {
    GOOGLE_CLOUD_PROJECT: PROJECT,
    FIRESTORE_COLLECTION: topic,
    DESTINATION: 'pangolin',
    LOG_LEVEL: 'warn',
  };
  for (const file of [INTAKE_LOG, FORWARD_LOG]) rmSync(file, { force: true });

  const startForward = async (port: number, instance: number) =>
    watched(
      await startFunction({
        target: 'forward',
        source: 'functions/forward/index.ts',
        port,
        readyStatus: 405,
        logFile: FORWARD_LOG,
        variables: {
          ...variables,
          DEAD_LETTER_TOPIC: deadLetterTopic,
          PULL_SUBSCRIPTION: subscription,
          WAKE_SUBSCRIPTION: wakeOf(subscription, instance),
          DESTINATION_BASE_URL: pangolinServer.url,
          DESTINATION_CREDENTIALS: 'pangolin:pangolin',
        },
      }),
    );
  const forwards = await Promise.all(
    ports.map(async (port, instance) => ({
      port,
      instance,
      process: await startForward(port, instance),
    })),
  );
  for (const forward of forwards) onEnd(() => forward.process.end('SIGKILL'));
  let turn = 0;
  if (sweep > 0) {
    const timer = setInterval(() => {
      // Held open while there is work; the next one takes over. A process that is down is swept next time.
      for (const url of wakeEndpoints) void fetch(url, { method: 'POST' }).catch(() => undefined);
    }, sweep * 1_000);
    onEnd(() => {
      clearInterval(timer);
      return Promise.resolve();
    });
  }

  const intakePort = await freePort();
  const intake = watched(
    await startFunction({
      target: 'diy',
      source: 'functions/intake/index.ts',
      port: intakePort,
      readyStatus: 200,
      logFile: INTAKE_LOG,
      variables: {
        ...variables,
        TOPIC: topic,
        CONTROL_TOPIC: controlTopic,
        HMAC_SECRETS: SECRET,
      },
    }),
  );
  onEnd(() => intake.end('SIGKILL'));

  return {
    dmp: createDmpClient({ url: `http://127.0.0.1:${intakePort}`, secret: SECRET }),
    pangolin,
    projectId: PROJECT,
    deadLetterSubscription: deadLetterTopic,
    stored,
    broken,
    disturb: async (how) => {
      if (how === 'stutter') {
        queue?.kill('SIGSTOP');
        await sleep(STUTTER_MS);
        queue?.kill('SIGCONT');
        return;
      }
      const forward = forwards[turn++ % forwards.length];
      if (forward === undefined) return;
      if (how === 'freeze') {
        await forward.process.freeze(FREEZE_MS);
        return;
      }
      await forward.process.end(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
      forward.process = await startForward(forward.port, forward.instance);
    },
  };
}
