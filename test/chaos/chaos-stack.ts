/** Emulators, Pangolin, intake and forward, each function in its own process. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createDmpClient, type DmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { provisionPush } from '../../shared/queue/pubsub-provision.ts';
import { startPangolin } from '../pangolin/pangolin.ts';
import {
  freePort,
  HOW_TO_GET_EMULATORS,
  startEmulators,
  stopEmulators,
} from '../setup/emulators.ts';
import { startFunction, type FunctionProcess } from './function-process.ts';
import { createRandom } from './random.ts';

const PROJECT = 'chaos';
const SECRET = 'local-secret';
const FAULTS = { error500: 0.1, error429: 0.1, reset: 0.05 };
const INTAKE_LOG = 'artifacts/chaos-intake.log';
const FORWARD_LOG = 'artifacts/chaos-forward.log';

export interface ChaosStack {
  readonly dmp: DmpClient;
  readonly pangolin: PangolinClient;
  readonly projectId: string;
  /** Where dead letters wait. */
  readonly deadLetterSubscription: string;
  /** Rejects when a function ends though nobody has ended it. */
  readonly broken: Promise<never>;
  /** `kill -9`, and a new process at the same port. */
  killForward(): Promise<void>;
}

/** Ends something; called in the reverse order of registering. */
export type OnEnd = (end: () => Promise<unknown>) => void;

/** Starts everything, with faults from the beginning, and registers how each part is ended. */
export async function startChaosStack(seed: number, onEnd: OnEnd): Promise<ChaosStack> {
  const { started, missing } = await startEmulators();
  onEnd(() => stopEmulators(started));
  if (missing.length > 0) {
    throw new Error(`Emulators not found: ${missing.join(', ')}. ${HOW_TO_GET_EMULATORS}`);
  }
  const pangolinServer = await startPangolin({ random: createRandom(seed) });
  onEnd(() => pangolinServer.close());
  const pangolin = createPangolinClient(pangolinServer.url);
  await pangolin.setFaults(FAULTS);

  const topic = `chaos-${randomUUID()}`;
  const deadLetterTopic = `${topic}-dead-letters`;
  const forwardPort = await freePort();
  const pushEndpoint = `http://127.0.0.1:${forwardPort}`;
  const provisioned = await provisionPush({
    projectId: PROJECT,
    topic,
    deadLetterTopic,
    pushEndpoint,
  });
  onEnd(() => provisioned.remove());

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

  const startForward = async () =>
    watched(
      await startFunction({
        target: 'forward',
        source: 'functions/forward/index.ts',
        port: forwardPort,
        readyStatus: 400,
        logFile: FORWARD_LOG,
        variables: {
          ...variables,
          DEAD_LETTER_TOPIC: deadLetterTopic,
          DESTINATION_BASE_URL: pangolinServer.url,
          DESTINATION_CREDENTIALS: 'pangolin:pangolin',
        },
      }),
    );
  let forward = await startForward();
  onEnd(() => forward.end('SIGKILL'));

  const intakePort = await freePort();
  const intake = watched(
    await startFunction({
      target: 'diy',
      source: 'functions/intake/index.ts',
      port: intakePort,
      readyStatus: 200,
      logFile: INTAKE_LOG,
      variables: { ...variables, TOPIC: topic, HMAC_SECRETS: SECRET },
    }),
  );
  onEnd(() => intake.end('SIGKILL'));

  return {
    dmp: createDmpClient({ url: `http://127.0.0.1:${intakePort}`, secret: SECRET }),
    pangolin,
    projectId: PROJECT,
    deadLetterSubscription: deadLetterTopic,
    broken,
    killForward: async () => {
      await forward.end('SIGKILL');
      forward = await startForward();
    },
  };
}
