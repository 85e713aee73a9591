import { expect, it } from '@jest/globals';
import { environment, readConfig, type Config } from '../../../shared/config.ts';

/** The documented defaults of `npm start`: an outside interface (docs, section 6 of the design). */
const DEFAULTS = {
  LOG_LEVEL: 'info',
  PORT: 8080,
  PANGOLIN_PORT: 8090,
  RETURN_SEGMENT_ID: false,
  MEMBER_ID: 'external_user_id',
  SHARDS: 1,
  MAX_BODY_BYTES: 10_000_000,
  MAX_PENDING_BYTES: 32_000_000,
  PUBLISH_TIMEOUT_MS: 900,
  CREATE_TIMEOUT_MS: 2_500,
  UNKNOWN_AUDIENCE: 'wait',
  RETRY_WINDOW_SECONDS: 21_600,
  CREATE_LEASE_SECONDS: 30,
  DRY_RUN: false,
  SYNC_ALLOWED_HOSTS: ['go.flx1.com'],
  SYNC_COOKIE_DAYS: 390,
  SYNC_COOKIE_PARTITIONED: false,
  SYNC_REQUIRE_CONSENT: false,
  SYNC_SIGNATURE_NAME: 'signature',
  SYNC_SIGNED_PARAMETERS: ['out'],
};

const PROJECT = { GOOGLE_CLOUD_PROJECT: 'p' };
const SUBSCRIPTIONS = { PULL_SUBSCRIPTION: 's', WAKE_SUBSCRIPTION: 'w' };

/** A local stack's configuration with its secrets readable. */
function revealed({ HMAC_SECRETS, DESTINATION_CREDENTIALS, ...rest }: Config<'localStack'>) {
  const secrets = HMAC_SECRETS.map((secret) => secret.reveal());
  return { ...rest, secrets, credentials: DESTINATION_CREDENTIALS?.reveal() };
}

it('the local stack needs no variable', () => {
  expect(revealed(readConfig('localStack', {}))).toStrictEqual({
    ...DEFAULTS,
    secrets: ['local-secret'],
    credentials: undefined,
  });
});

it('an empty variable counts as unset', () => {
  const names = [
    ...Object.keys(DEFAULTS),
    ...['HMAC_SECRETS', 'BASIC_AUTH', 'DESTINATION', 'DESTINATION_CREDENTIALS'],
    ...['DESTINATION_BASE_URL', 'DESTINATION_OPTIONS', 'DESTINATION_DESCRIPTION'],
    ...['PUBSUB_EMULATOR_HOST', 'FIRESTORE_EMULATOR_HOST'],
    ...['SYNC_PLATFORM_COOKIE', 'SYNC_TCF_VENDOR_ID', 'SYNC_SECRETS'],
  ];
  const empty = Object.fromEntries(names.map((name) => [name, '']));
  const unset = { ...empty, PORT: undefined };
  for (const variables of [empty, unset]) {
    expect(revealed(readConfig('localStack', variables))).toStrictEqual(
      revealed(readConfig('localStack', {})),
    );
  }
});

it('every variable of the local stack is read', () => {
  const config = readConfig('localStack', {
    LOG_LEVEL: 'silent',
    DESTINATION: 'pangolin-one-by-one, pangolin',
    DESTINATION_BASE_URL: 'http://127.0.0.1:9999',
    DESTINATION_OPTIONS: '{"pod":"eu1","deep":{"list":[1]}}',
    DESTINATION_DESCRIPTION: 'my-platform.json',
    DESTINATION_CREDENTIALS: 'user:password',
    DRY_RUN: 'true',
    PORT: '0',
    PANGOLIN_PORT: '65535',
    RETURN_SEGMENT_ID: 'true',
    MEMBER_ID: 'uuid',
    SHARDS: '1000',
    UNKNOWN_AUDIENCE: 'create',
    MAX_BODY_BYTES: '1000',
    MAX_PENDING_BYTES: '2000',
    BASIC_AUTH: 'user:pass:word',
    HMAC_SECRETS: 'newest,older',
    PUBSUB_EMULATOR_HOST: '127.0.0.1:8085',
    FIRESTORE_EMULATOR_HOST: '127.0.0.1:8086',
  });
  expect(config).toMatchObject({
    LOG_LEVEL: 'silent',
    DESTINATION: ['pangolin-one-by-one', 'pangolin'],
    DESTINATION_BASE_URL: 'http://127.0.0.1:9999',
    DESTINATION_OPTIONS: { pod: 'eu1', deep: { list: [1] } },
    DESTINATION_DESCRIPTION: 'my-platform.json',
    DRY_RUN: true,
    PORT: 0,
    PANGOLIN_PORT: 65535,
    RETURN_SEGMENT_ID: true,
    MEMBER_ID: 'uuid',
    SHARDS: 1000,
    UNKNOWN_AUDIENCE: 'create',
    MAX_BODY_BYTES: 1000,
    MAX_PENDING_BYTES: 2000,
    PUBSUB_EMULATOR_HOST: '127.0.0.1:8085',
    FIRESTORE_EMULATOR_HOST: '127.0.0.1:8086',
  });
  expect(config.BASIC_AUTH?.reveal()).toBe('user:pass:word');
  expect(config.DESTINATION_CREDENTIALS?.reveal()).toBe('user:password');
  expect(config.HMAC_SECRETS.map((secret) => secret.reveal())).toEqual(['newest', 'older']);
});

it('variables of others are ignored', () => {
  const variables = { PATH: '/bin', npm_config_x: '1', TOPIC: 't' };
  expect(readConfig('userSync', variables)).toStrictEqual(readConfig('userSync', {}));
});

it("without variables, the process's own are read", () => {
  expect(readConfig('userSync')).toStrictEqual(readConfig('userSync', environment));
});

it.each([
  ['intake', { ...PROJECT, TOPIC: 't', CONTROL_TOPIC: 'c', HMAC_SECRETS: 's', DESTINATION: 'd' }],
  ['forward', { ...PROJECT, DEAD_LETTER_TOPIC: 'd', ...SUBSCRIPTIONS, DESTINATION: 'd' }],
] as const)('%s starts with what it cannot guess', (program, variables) => {
  expect(readConfig(program, variables)).toMatchObject({
    LOG_LEVEL: 'info',
    FIRESTORE_DATABASE: '(default)',
    FIRESTORE_COLLECTION: 'audience-relay',
  });
});

it('forward has one destination, with options and a description of its own where they are set', () => {
  const needed = {
    ...PROJECT,
    DEAD_LETTER_TOPIC: 'd',
    ...SUBSCRIPTIONS,
    DESTINATION: 'my-platform',
  };
  const unset = readConfig('forward', needed);
  expect(unset).toMatchObject({ DESTINATION: 'my-platform', DRY_RUN: false });
  expect(unset).not.toHaveProperty('DESTINATION_OPTIONS');
  expect(unset).not.toHaveProperty('DESTINATION_DESCRIPTION');
  const description = ' {"id":"my-platform"}';
  expect(
    readConfig('forward', {
      ...needed,
      DESTINATION_OPTIONS: '{}',
      DESTINATION_DESCRIPTION: description,
      DRY_RUN: 'true',
    }),
  ).toMatchObject({
    DESTINATION_OPTIONS: {},
    DESTINATION_DESCRIPTION: description,
    DRY_RUN: true,
  });
});

it('the command line on a deployment starts with what it cannot guess', () => {
  const needed = {
    ...PROJECT,
    TOPIC: 't',
    CONTROL_TOPIC: 'c',
    DEAD_LETTER_SUBSCRIPTION: 's',
    DESTINATION: 'd',
  };
  expect(readConfig('operator', needed)).toStrictEqual({
    ...needed,
    FIRESTORE_DATABASE: '(default)',
    FIRESTORE_COLLECTION: 'audience-relay',
    MEMBER_ID: 'external_user_id',
    SHARDS: 1,
  });
});

it.each([
  ['intake', { TOPIC: 't', CONTROL_TOPIC: 'c', HMAC_SECRETS: 's', DESTINATION: 'd' }],
  ['forward', { DEAD_LETTER_TOPIC: 'd', ...SUBSCRIPTIONS, DESTINATION: 'd' }],
  ['operator', { TOPIC: 't', CONTROL_TOPIC: 'c', DEAD_LETTER_SUBSCRIPTION: 's', DESTINATION: 'd' }],
] as const)('%s publishes to an emulator where one is named', (program, variables) => {
  const needed = { ...PROJECT, ...variables };
  expect(readConfig(program, needed)).not.toHaveProperty('PUBSUB_EMULATOR_HOST');
  const emulator = { PUBSUB_EMULATOR_HOST: '127.0.0.1:8085' };
  expect(readConfig(program, { ...needed, ...emulator })).toMatchObject(emulator);
});

it('the command line finds the local stack by the variables the stack is started with', () => {
  for (const variables of [{}, { PORT: '9000', HMAC_SECRETS: 'newest,older' }]) {
    const stack = readConfig('localStack', variables);
    const operator = readConfig('operatorLocal', variables);
    expect(operator.PORT).toBe(stack.PORT);
    expect(operator.HMAC_SECRETS.map((secret) => secret.reveal())).toEqual(
      stack.HMAC_SECRETS.map((secret) => secret.reveal()),
    );
  }
});

it('intake, the command line and the local stack spread users over shards alike', () => {
  const own = { ...PROJECT, TOPIC: 't', CONTROL_TOPIC: 'c', HMAC_SECRETS: 's', DESTINATION: 'd' };
  const intake = readConfig('intake', own);
  const needed = {
    ...PROJECT,
    TOPIC: 't',
    CONTROL_TOPIC: 'c',
    DEAD_LETTER_SUBSCRIPTION: 's',
    DESTINATION: 'd',
  };
  for (const { SHARDS, MEMBER_ID } of [
    readConfig('operator', needed),
    readConfig('localStack', {}),
  ]) {
    expect({ SHARDS, MEMBER_ID }).toEqual({ SHARDS: intake.SHARDS, MEMBER_ID: intake.MEMBER_ID });
  }
});
