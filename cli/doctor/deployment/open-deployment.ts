/** The composition root of the doctor on a deployment. */
import { readConfig, type Config, type Environment } from '../../../shared/config.ts';
import type { Destination } from '../../../shared/destinations/destination.ts';
import { readDescription } from '../../../shared/destinations/http/read-description.ts';
import { createDestination } from '../../../shared/destinations/registry.ts';
import { createIntake } from '../intake.ts';
import type { Looked } from '../looked.ts';
import { once } from '../once.ts';
import { CLOUD_RUN_URL, lookAtAccount, lookAtBindings } from './cloud-run-look.ts';
import type { Deployment } from './deployment.ts';
import { createFirestoreLook } from './firestore-look.ts';
import { findGoogleCaller, type Authenticator, type GoogleCaller } from './google-credentials.ts';
import { createPubSubLook } from './pubsub-look.ts';
import { lookAtJob, SCHEDULER_URL } from './scheduler-look.ts';
import { knownValue, newestValue, type SecretFacts } from './secret-facts.ts';
import { createSecretManagerLook, type SecretManagerOptions } from './secret-manager-look.ts';

/** Google's APIs where they are not as usual. */
export interface GoogleApis {
  readonly auth?: Authenticator;
  readonly cloudRunUrl?: string;
  readonly schedulerUrl?: string;
  readonly secretManager?: SecretManagerOptions;
}

export interface OpenDeployment extends Deployment {
  close(): Promise<void>;
}

/**
 * Opens what the variables name; nothing is called before a check looks at it.
 * @throws ConfigurationError with every problem of the variables, or of the destination's settings.
 */
export function openDeployment(variables: Environment, apis: GoogleApis = {}): OpenDeployment {
  const config = readConfig('doctor', variables);
  const destination = openDestination(config, () => credentials());
  const caller = once(() => findGoogleCaller(apis.auth));
  const asKnown = lookAsKnown(caller);
  const unlessEmulated = (variable: string) =>
    (variables[variable] ?? '') === '' ? asKnown : lookAsAnybody;
  const onPubSub = unlessEmulated('PUBSUB_EMULATOR_HOST');
  const onFirestore = unlessEmulated('FIRESTORE_EMULATOR_HOST');

  const pubsub = createPubSubLook(config.GOOGLE_CLOUD_PROJECT);
  const firestore = createFirestoreLook(config);
  const secretManager = createSecretManagerLook(apis.secretManager);
  const secret = (name: string) => asKnown(() => secretManager.secret(name));
  const secretIfAny = (name: string | undefined) =>
    name === undefined ? () => Promise.resolve(undefined) : secret(name);

  const forward = {
    resource: config.FORWARD_SERVICE,
    baseUrl: apis.cloudRunUrl ?? CLOUD_RUN_URL,
  };
  const hmacSecret = secret(config.HMAC_SECRET_NAME);
  const basicAuth = secretIfAny(config.BASIC_AUTH_SECRET_NAME);
  const credentials = secretIfAny(config.DESTINATION_CREDENTIALS_SECRET_NAME);
  return {
    config,
    destination,
    intake: createIntake({
      url: config.INTAKE_URL,
      hmacSecret: async () => knownValue(await hmacSecret()),
      basicAuth: async () => knownValue(await basicAuth()),
    }),
    caller,
    hmacSecret,
    basicAuth,
    credentials,
    topic: onPubSub(() => pubsub.topic(config.TOPIC)),
    controlTopic: onPubSub(() => pubsub.topic(config.CONTROL_TOPIC)),
    deadLetterTopic: onPubSub(() => pubsub.topic(config.DEAD_LETTER_TOPIC)),
    pull: onPubSub(() => pubsub.subscription(config.PULL_SUBSCRIPTION)),
    wake: onPubSub(() => pubsub.subscription(config.WAKE_SUBSCRIPTION)),
    control: onPubSub(() => pubsub.subscription(config.CONTROL_SUBSCRIPTION)),
    deadLetters: onPubSub(() => pubsub.subscription(config.DEAD_LETTER_SUBSCRIPTION)),
    audienceMap: onFirestore(() => firestore.audienceMap()),
    sweep: asKnown(({ headers }) =>
      lookAtJob({
        resource: config.SWEEP_JOB,
        headers,
        baseUrl: apis.schedulerUrl ?? SCHEDULER_URL,
      }),
    ),
    pullBindings: onPubSub(() => pubsub.bindings(config.PULL_SUBSCRIPTION)),
    bindings: asKnown(({ headers }) => lookAtBindings({ ...forward, headers })),
    forwardAccount: asKnown(({ headers }) => lookAtAccount({ ...forward, headers })),
    close: async () => {
      const clients = [pubsub, firestore, secretManager];
      await Promise.all([destination.close?.(), ...clients.map((client) => client.close())]);
    },
  };
}

/** How something of Google's is looked at: once, and by whom. */
type LookAs = <Value>(
  ask: (caller: KnownCaller) => Promise<Looked<Value>>,
) => () => Promise<Looked<Value>>;
type KnownCaller = Extract<GoogleCaller, { headers: unknown }>;

/** Does not look without credentials: Google's clients would reject promises that nobody can catch. */
function lookAsKnown(caller: () => Promise<GoogleCaller>): LookAs {
  return (ask) =>
    once(async () => {
      const known = await caller();
      return 'problem' in known ? { kind: 'unknown-caller' } : ask(known);
    });
}

/** Emulators ask nobody who they are. */
const lookAsAnybody: LookAs = (ask) => once(() => ask({ headers: {} }));

function openDestination(
  config: Config<'doctor'>,
  credentials: () => Promise<Looked<SecretFacts> | undefined>,
): Destination {
  const { DESTINATION_DESCRIPTION: description } = config;
  const newest = async () => {
    const looked = await credentials();
    return (looked && newestValue(looked)) ?? '';
  };
  const settings = {
    baseUrl: config.DESTINATION_BASE_URL,
    credentials: config.DESTINATION_CREDENTIALS_SECRET_NAME === undefined ? undefined : newest,
    options: config.DESTINATION_OPTIONS,
  };
  const written = description === undefined ? undefined : readDescription(description);
  return createDestination(config.DESTINATION, settings, written);
}
