/** A relay as it is deployed, as far as this machine can have one: emulators, and fakes of the rest. */
import { once } from 'node:events';
import { PubSub } from '@google-cloud/pubsub';
import type { GoogleApis } from '../../../../cli/doctor/deployment/open-deployment.ts';
import { createIntakeHandler } from '../../../../functions/intake/handler.ts';
import { createEmbeddedAudienceMap } from '../../../../shared/audience-map/embedded-audience-map.ts';
import type { Environment } from '../../../../shared/config.ts';
import { listenLocally } from '../../../../shared/http/listen.ts';
import { createLogger } from '../../../../shared/logger.ts';
import { SecretText } from '../../../../shared/secret-text.ts';
import { createEnvironmentSecret } from '../../../../shared/secrets/environment-secret.ts';
import { startFakeServer, type FakeServer } from '../../../fakes/platforms/fake-server.ts';
import { startSecretManager, type FakeSecretManager } from '../../../fakes/secret-manager.ts';
import { emulatorVariables } from '../../../setup/emulator-variables.ts';
import {
  FORWARD_ACCOUNT,
  PUSH_ACCOUNT,
  SERVICE,
  SWEEP_JOB,
  sweepBody,
  VARIABLES,
} from './healthy-deployment.ts';

/** The fake store holds one secret: it is Basic Auth, the platform's credentials and the HMAC secret. */
const SECRET = 'user-marker:password-marker';
const TOKEN = 'token-marker';
const ENDPOINT = 'https://relay-forward-pangolin.example';
let relays = 0;

/** Of forward's subscriptions. */
type Settings = Partial<Record<'pull' | 'wake' | 'control', object>>;
type SettingsOn = (topic: string) => Settings;

export interface DeployedRelay {
  /** What Terraform's output `cli_environment` would hold. */
  readonly variables: Environment;
  readonly apis: GoogleApis;
  readonly secretManager: FakeSecretManager;
  readonly platform: FakeServer;
  /** Messages that intake has published. */
  readonly published: () => number;
  /** Members of roles/run.invoker on forward. */
  invokers: string[];
  /** What Cloud Scheduler answers for the sweep. */
  sweep: object;
  close(): Promise<void>;
}

/** Starts one; what `settingsOn` gives for the topic replaces settings of its subscriptions. */
export async function deployRelay(settingsOn: SettingsOn = () => ({})): Promise<DeployedRelay> {
  relays += 1;
  const name = `relay-${process.pid}-${relays}`;
  const { topic, deleteQueue } = await createQueue(name, settingsOn);
  const secretManager = await startSecretManager(SECRET);
  const platform = await startFakeServer(({ headers }) => ({
    status: headers.authorization === `Basic ${btoa(SECRET)}` ? 200 : 401,
  }));
  let published = 0;
  const intake = await startIntake(() => {
    published += 1;
    return Promise.resolve('1');
  });
  const relay = {
    invokers: [`serviceAccount:${PUSH_ACCOUNT}`],
    sweep: sweepBody(ENDPOINT) as object,
  };
  const cloudRun = await startFakeServer(({ path, headers }) => {
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401 };
    if (path === `/v2/${SERVICE}`) {
      return { status: 200, body: { template: { serviceAccount: FORWARD_ACCOUNT } } };
    }
    if (path !== `/v2/${SERVICE}:getIamPolicy`) return { status: 404 };
    const bindings = [{ role: 'roles/run.invoker', members: relay.invokers }];
    return { status: 200, body: { bindings } };
  });
  const scheduler = await startFakeServer(({ path, headers }) => {
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401 };
    return path === `/v1/${SWEEP_JOB}` ? { status: 200, body: relay.sweep } : { status: 404 };
  });

  return Object.assign(relay, {
    variables: {
      ...VARIABLES,
      ...emulatorVariables(),
      TOPIC: topic,
      DEAD_LETTER_TOPIC: `${name}-dead-letters`,
      DEAD_LETTER_SUBSCRIPTION: `${name}-dead-letters`,
      CONTROL_TOPIC: `${name}-control`,
      PULL_SUBSCRIPTION: `${name}-pull`,
      WAKE_SUBSCRIPTION: `${name}-wake`,
      CONTROL_SUBSCRIPTION: `${name}-control`,
      INTAKE_URL: intake.url,
      DESTINATION_BASE_URL: platform.url,
      HMAC_SECRET_NAME: secretManager.secret,
      BASIC_AUTH_SECRET_NAME: secretManager.secret,
      DESTINATION_CREDENTIALS_SECRET_NAME: secretManager.secret,
    },
    apis: {
      auth: {
        getRequestHeaders: () => Promise.resolve(new Headers({ authorization: `Bearer ${TOKEN}` })),
      },
      cloudRunUrl: cloudRun.url,
      schedulerUrl: scheduler.url,
      secretManager: secretManager.clientOptions,
    },
    secretManager,
    platform,
    published: () => published,
    close: async () => {
      secretManager.close();
      const servers = [cloudRun, scheduler, platform, intake];
      await Promise.all([...servers.map((server) => server.close()), deleteQueue()]);
    },
  });
}

/** What Terraform makes, but for the 31 days: the emulator keeps nothing for longer than seven. */
async function createQueue(name: string, settingsOn: SettingsOn) {
  const pubsub = new PubSub({ projectId: VARIABLES['GOOGLE_CLOUD_PROJECT'] ?? '' });
  const [topic] = await pubsub.createTopic(name);
  const [control] = await pubsub.createTopic(`${name}-control`);
  const [deadLetters] = await pubsub.createTopic(`${name}-dead-letters`);
  const kept = { messageRetentionDuration: { seconds: 7 * 86_400 }, expirationPolicy: {} };
  const pushed = {
    ...kept,
    ackDeadlineSeconds: 600,
    retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 60 } },
    pushConfig: {
      pushEndpoint: ENDPOINT,
      oidcToken: { serviceAccountEmail: PUSH_ACCOUNT, audience: ENDPOINT },
    },
  };
  const settings = settingsOn(topic.name);
  await topic.createSubscription(`${name}-pull`, {
    ...kept,
    enableMessageOrdering: true,
    ackDeadlineSeconds: 15,
    ...settings.pull,
  });
  await topic.createSubscription(`${name}-wake`, {
    ...pushed,
    messageRetentionDuration: { seconds: 3_600 },
    ...settings.wake,
  });
  await control.createSubscription(`${name}-control`, {
    ...pushed,
    enableMessageOrdering: true,
    ...settings.control,
  });
  await deadLetters.createSubscription(`${name}-dead-letters`, kept);
  const deleteQueue = async () => {
    const kinds = ['pull', 'wake', 'control', 'dead-letters'];
    await Promise.all(kinds.map((kind) => pubsub.subscription(`${name}-${kind}`).delete()));
    await Promise.all([topic, control, deadLetters].map((each) => each.delete()));
    await pubsub.close();
  };
  return { topic: name, deleteQueue };
}

async function startIntake(publish: () => Promise<string>) {
  const secret = createEnvironmentSecret([new SecretText(SECRET)]);
  const handler = createIntakeHandler({
    hmacSecret: secret,
    basicAuth: secret,
    publisher: { publish, close: () => Promise.resolve() },
    audienceMap: createEmbeddedAudienceMap(),
    log: createLogger('silent'),
    settings: {
      maxBodyBytes: 10_000,
      maxPendingBytes: 1_000_000,
      sharding: { shards: 2, memberId: 'external_user_id' },
      publishTimeoutMs: 900,
      createTimeoutMs: 2_500,
      returnSegmentId: false,
    },
  });
  const { server, url } = await listenLocally(handler, 0);
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url, close };
}
