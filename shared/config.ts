/**
 * The only reader of the environment. One schema per program; every problem is reported at once,
 * by the variable's name, and a program with a wrong configuration does not start. An empty
 * variable counts as unset.
 */
import { z } from 'zod';
import {
  cloudRunService,
  commaSeparatedSecrets,
  cookieName,
  description,
  distinctNames,
  flag,
  hostNames,
  jsonObject,
  name,
  port,
  schedulerJob,
  secretName,
  secretText,
  serviceAccount,
  signatureName,
  signedParameters,
  userAndPassword,
  wholeNumber,
} from './config-values.ts';
import { setInTerraform } from './config-terraform.ts';
import { ConfigurationError } from './errors.ts';
import { LOG_LEVELS } from './logger.ts';
import { BASE_URL_RULE, isBaseUrl } from './http/base-url.ts';

const everywhere = {
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
};

const audienceMap = {
  /** Id of the destination; each has its own map. */
  DESTINATION: name,
  FIRESTORE_DATABASE: z.string().default('(default)'),
  /** Top-level collection; several relays in one database need different ones. */
  FIRESTORE_COLLECTION: z
    .string()
    .regex(/^[^/]{1,200}$/, 'must be one path segment, without a slash')
    .default('audience-relay'),
};

const pubsub = {
  GOOGLE_CLOUD_PROJECT: name,
  /** An emulator's `host:port`; never set on Google Cloud. */
  PUBSUB_EMULATOR_HOST: z.string().exactOptional(),
};

const topics = {
  /** Name of the topic of mutations. */
  TOPIC: name,
  /** Name of the topic of creations and rejected entries. */
  CONTROL_TOPIC: name,
};

/** Which id the third party knows, and how a user's mutations are kept in order. */
const ordering = {
  MEMBER_ID: z.enum(['external_user_id', 'uuid']).default('external_user_id'),
  /** Ordering keys of one audience. Pub/Sub takes 1 MB/s for each (documented): 200 requests/s of 100. */
  SHARDS: wholeNumber.refine((value) => value <= 1_000, 'must be 1000 at most').default(1),
};

const bounds = {
  /**
   * Bytes of requests that one instance holds at once; what comes beyond is answered 503. Taken apart, they
   * need up to ten times that in memory.
   */
  MAX_PENDING_BYTES: wholeNumber.default(32_000_000),
};

const intakeSettings = {
  RETURN_SEGMENT_ID: flag.default(false),
  MAX_BODY_BYTES: wholeNumber.default(10_000_000),
  /** Has no effect any more, and may still be set (decision 27). */
  PUBLISH_INTERVAL_MS: z.string().exactOptional(),
  /** How long a request waits for the queue's acknowledgement before it is answered 503. */
  PUBLISH_TIMEOUT_MS: wholeNumber.default(900),
  /** How long CREATE_AUDIENCE waits, in all, for the segment before it is answered 200. */
  CREATE_TIMEOUT_MS: wholeNumber.default(2_500),
};

const forwardSettings = {
  /** Replaces the platform's usual base URL. https, or http on loopback. */
  DESTINATION_BASE_URL: z.string().refine(isBaseUrl, BASE_URL_RULE).exactOptional(),
  /** What the destination wants to know beyond that; no secrets, which go to its credentials. */
  DESTINATION_OPTIONS: jsonObject.exactOptional(),
  /** A platform of the user's own: its description, or the file that holds it. */
  DESTINATION_DESCRIPTION: description.exactOptional(),
  /** Do everything but call the third party; what is delivered goes nowhere. */
  DRY_RUN: flag.default(false),
  /** What becomes of mutations of an audience that nobody created: they wait, or create it. */
  UNKNOWN_AUDIENCE: z.enum(['wait', 'create']).default('wait'),
  /** Age from publish beyond which a message becomes a dead letter instead of being tried again. */
  RETRY_WINDOW_SECONDS: wholeNumber.default(6 * 60 * 60),
  /** How long a crashed creation of a segment keeps others from trying. */
  CREATE_LEASE_SECONDS: wholeNumber.default(30),
};

const userSyncSettings = {
  /** Where browsers may be sent. */
  SYNC_ALLOWED_HOSTS: hostNames.prefault('go.flx1.com'),
  /** Cookie in which the platform keeps its own id of a browser; default: one of ours. */
  SYNC_PLATFORM_COOKIE: cookieName.exactOptional(),
  /** How long our cookie is kept after the last visit; browsers cut it to 400 days. */
  SYNC_COOKIE_DAYS: wholeNumber.refine((days) => days <= 400, 'must be 400 at most').default(390),
  /** One id for each site the browser is on, kept by browsers that block third-party cookies. */
  SYNC_COOKIE_PARTITIONED: flag.default(false),
  /** Without consent, set no cookie and send no id. */
  SYNC_REQUIRE_CONSENT: flag.default(false),
  /** The platform's id in the Global Vendor List, which must be consented to as well. */
  SYNC_TCF_VENDOR_ID: wholeNumber
    .refine((id) => id <= 65_535, 'must be 65535 at most')
    .exactOptional(),
  /** A secret switches signed syncing on. */
  SYNC_SECRETS: commaSeparatedSecrets.exactOptional(),
  SYNC_SIGNATURE_NAME: signatureName.default('signature'),
  SYNC_SIGNED_PARAMETERS: signedParameters.prefault('out'),
};

const schemas = {
  intake: z.object({
    ...everywhere,
    ...audienceMap,
    ...ordering,
    ...bounds,
    ...intakeSettings,
    HMAC_SECRETS: commaSeparatedSecrets.exactOptional(),
    HMAC_SECRET_NAME: secretName.exactOptional(),
    BASIC_AUTH: userAndPassword.exactOptional(),
    BASIC_AUTH_SECRET_NAME: secretName.exactOptional(),
    ...topics,
    ...pubsub,
  }),
  forward: z.object({
    ...everywhere,
    ...audienceMap,
    MEMBER_ID: ordering.MEMBER_ID,
    ...bounds,
    ...forwardSettings,
    /** The most that may run at once; each keeps to its share of the third party's limits. */
    MAX_INSTANCES: wholeNumber.default(1),
    DEAD_LETTER_TOPIC: name,
    /** The subscription of mutations that is pulled. */
    PULL_SUBSCRIPTION: name,
    /** The one whose pushes wake forward; what others push are messages. */
    WAKE_SUBSCRIPTION: name,
    DESTINATION_CREDENTIALS: secretText.exactOptional(),
    DESTINATION_CREDENTIALS_SECRET_NAME: secretName.exactOptional(),
    ...pubsub,
  }),
  userSync: z.object({
    ...everywhere,
    ...userSyncSettings,
    SYNC_SECRET_NAME: secretName.exactOptional(),
    GOOGLE_CLOUD_PROJECT: z.string().exactOptional(),
  }),
  /** The command line, on a deployment. */
  operator: z.object({
    ...audienceMap,
    ...ordering,
    ...pubsub,
    ...topics,
    DEAD_LETTER_SUBSCRIPTION: name,
  }),
  /** The doctor, on a deployment: Terraform's output `cli_environment`. */
  doctor: z.object({
    ...audienceMap,
    ...ordering,
    GOOGLE_CLOUD_PROJECT: name,
    ...topics,
    DEAD_LETTER_TOPIC: name,
    DEAD_LETTER_SUBSCRIPTION: name,
    PULL_SUBSCRIPTION: name,
    WAKE_SUBSCRIPTION: name,
    CONTROL_SUBSCRIPTION: name,
    /** The Cloud Scheduler job that calls forward every minute. */
    SWEEP_JOB: schedulerJob,
    PUSH_SERVICE_ACCOUNT: serviceAccount,
    FORWARD_SERVICE: cloudRunService,
    INTAKE_URL: name.refine(isBaseUrl, BASE_URL_RULE),
    DESTINATION_BASE_URL: forwardSettings.DESTINATION_BASE_URL,
    DESTINATION_OPTIONS: forwardSettings.DESTINATION_OPTIONS,
    DESTINATION_DESCRIPTION: forwardSettings.DESTINATION_DESCRIPTION,
    DESTINATION_CREDENTIALS_SECRET_NAME: secretName.exactOptional(),
    HMAC_SECRET_NAME: secretName,
    BASIC_AUTH_SECRET_NAME: secretName.exactOptional(),
  }),
  /** The command line, on the local stack. */
  operatorLocal: z.object({
    PORT: port.prefault('8080'),
    HMAC_SECRETS: commaSeparatedSecrets.prefault('local-secret'),
  }),
  /** The command line, playing the DMP. */
  dmp: z.object({
    PORT: port.prefault('8080'),
    /** The first is signed with. Default: local-secret, on this machine only. */
    HMAC_SECRETS: commaSeparatedSecrets.exactOptional(),
    BASIC_AUTH: userAndPassword.exactOptional(),
  }),
  /** The command line, trying a destination out. */
  destinationTry: z.object({
    DESTINATION_BASE_URL: forwardSettings.DESTINATION_BASE_URL,
    DESTINATION_OPTIONS: forwardSettings.DESTINATION_OPTIONS,
    DESTINATION_CREDENTIALS: secretText.exactOptional(),
  }),
  localStack: z.object({
    ...everywhere,
    ...ordering,
    ...bounds,
    ...intakeSettings,
    ...forwardSettings,
    ...userSyncSettings,
    /** Default: what DESTINATION_DESCRIPTION describes, else pangolin. */
    DESTINATION: distinctNames.exactOptional(),
    PORT: port.prefault('8080'),
    PANGOLIN_PORT: port.prefault('8090'),
    HMAC_SECRETS: commaSeparatedSecrets.prefault('local-secret'),
    BASIC_AUTH: userAndPassword.exactOptional(),
    /** Default: Pangolin's, for Pangolin. */
    DESTINATION_CREDENTIALS: secretText.exactOptional(),
    PUBSUB_EMULATOR_HOST: z.string().exactOptional(),
    FIRESTORE_EMULATOR_HOST: z.string().exactOptional(),
  }),
};

/** Variables of which exactly one, or at most one, may be set. */
const alternatives: Record<Program, readonly { names: readonly string[]; required: boolean }[]> = {
  intake: [
    { names: ['HMAC_SECRET_NAME', 'HMAC_SECRETS'], required: true },
    { names: ['BASIC_AUTH_SECRET_NAME', 'BASIC_AUTH'], required: false },
  ],
  forward: [
    { names: ['DESTINATION_CREDENTIALS_SECRET_NAME', 'DESTINATION_CREDENTIALS'], required: false },
  ],
  userSync: [{ names: ['SYNC_SECRET_NAME', 'SYNC_SECRETS'], required: false }],
  operator: [],
  doctor: [],
  operatorLocal: [],
  dmp: [],
  destinationTry: [],
  localStack: [],
};

export type Program = keyof typeof schemas;
export type Config<P extends Program> = z.output<(typeof schemas)[P]>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The names of the variables a program reads. */
export function variablesOf(program: Program): string[] {
  return Object.keys(schemas[program].shape);
}

/** The variables this process was started with. */
export const environment: Environment = process.env;

/**
 * The validated configuration of one program, keyed by the names of the variables.
 * @throws ConfigurationError naming every variable that is missing or wrong.
 */
export function readConfig<P extends Program>(
  program: P,
  variables: Environment = environment,
): Config<P> {
  const entries = Object.entries(variables).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const set = Object.fromEntries(entries);
  const result = schemas[program].safeParse(set);
  const problems = [
    ...(result.error?.issues ?? []).map(({ path, message }) => {
      const variable = path.join('.');
      return `${variable}: ${message}${setInTerraform(program, variable)}`;
    }),
    ...alternatives[program].flatMap(({ names, required }) => {
      const count = names.filter((name) => set[name] !== undefined).length;
      if (count === 1 || (count === 0 && !required)) return [];
      return `${names.join(', ')}: set ${required ? 'exactly' : 'at most'} one of them`;
    }),
  ];
  if (!result.success || problems.length > 0) throw new ConfigurationError(problems);
  return result.data as Config<P>;
}
