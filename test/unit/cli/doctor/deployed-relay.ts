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
import { PUSH_ACCOUNT, SERVICE, VARIABLES } from './healthy-deployment.ts';

/** The fake store holds one secret: it is Basic Auth, the platform's credentials and the HMAC secret. */
const SECRET = 'user-marker:password-marker';
const TOKEN = 'token-marker';
const ENDPOINT = 'https://relay-forward-pangolin.example';
let relays = 0;

type PushOn = (topic: string) => object;

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
  close(): Promise<void>;
}

/** Starts one; what `pushOn` gives for the topic replaces settings of the push subscription. */
export async function deployRelay(pushOn: PushOn = () => ({})): Promise<DeployedRelay> {
  relays += 1;
  const name = `relay-${process.pid}-${relays}`;
  const { topic, deleteQueue } = await createQueue(name, pushOn);
  const secretManager = await startSecretManager(SECRET);
  const platform = await startFakeServer(({ headers }) => ({
    status: headers.authorization === `Basic ${btoa(SECRET)}` ? 200 : 401,
  }));
  let published = 0;
  const intake = await startIntake(() => {
    published += 1;
    return Promise.resolve('1');
  });
  const relay = { invokers: [`serviceAccount:${PUSH_ACCOUNT}`] };
  const cloudRun = await startFakeServer(({ path, headers }) => {
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401 };
    if (path !== `/v2/${SERVICE}:getIamPolicy`) return { status: 404 };
    const bindings = [{ role: 'roles/run.invoker', members: relay.invokers }];
    return { status: 200, body: { bindings } };
  });

  return Object.assign(relay, {
    variables: {
      ...VARIABLES,
      ...emulatorVariables(),
      TOPIC: topic,
      DEAD_LETTER_TOPIC: `${name}-dead-letters`,
      DEAD_LETTER_SUBSCRIPTION: `${name}-dead-letters`,
      PUSH_SUBSCRIPTION: `${name}-forward`,
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
      secretManager: secretManager.clientOptions,
    },
    secretManager,
    platform,
    published: () => published,
    close: async () => {
      secretManager.close();
      await Promise.all([cloudRun.close(), platform.close(), intake.close(), deleteQueue()]);
    },
  });
}

/** What Terraform makes, but for the 31 days: the emulator keeps nothing for longer than seven. */
async function createQueue(name: string, pushOn: PushOn) {
  const pubsub = new PubSub({ projectId: VARIABLES['GOOGLE_CLOUD_PROJECT'] ?? '' });
  const [topic] = await pubsub.createTopic(name);
  const [deadLetters] = await pubsub.createTopic(`${name}-dead-letters`);
  const kept = { messageRetentionDuration: { seconds: 7 * 86_400 }, expirationPolicy: {} };
  await topic.createSubscription(`${name}-forward`, {
    ...kept,
    enableMessageOrdering: true,
    ackDeadlineSeconds: 600,
    retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 600 } },
    pushConfig: {
      pushEndpoint: ENDPOINT,
      oidcToken: { serviceAccountEmail: PUSH_ACCOUNT, audience: ENDPOINT },
    },
    ...pushOn(topic.name),
  });
  await deadLetters.createSubscription(`${name}-dead-letters`, kept);
  const deleteQueue = async () => {
    const names = [`${name}-forward`, `${name}-dead-letters`];
    await Promise.all(names.map((each) => pubsub.subscription(each).delete()));
    await Promise.all([topic.delete(), deadLetters.delete()]);
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
