import { describe, expect, it } from '@jest/globals';
import { readConfig, type Environment, type Program } from '../../../shared/config.ts';
import { ConfigurationError } from '../../../shared/errors.ts';

const VALID: Record<Program, Environment> = {
  intake: {
    GOOGLE_CLOUD_PROJECT: 'p',
    TOPIC: 't',
    CONTROL_TOPIC: 'c',
    HMAC_SECRETS: 's',
    DESTINATION: 'd',
  },
  forward: {
    GOOGLE_CLOUD_PROJECT: 'p',
    DEAD_LETTER_TOPIC: 'd',
    PULL_SUBSCRIPTION: 's',
    WAKE_SUBSCRIPTION: 'w',
    DESTINATION: 'd',
  },
  userSync: {},
  operator: {
    GOOGLE_CLOUD_PROJECT: 'p',
    TOPIC: 't',
    CONTROL_TOPIC: 'c',
    DEAD_LETTER_SUBSCRIPTION: 's',
    DESTINATION: 'd',
  },
  doctor: {
    GOOGLE_CLOUD_PROJECT: 'p',
    TOPIC: 't',
    DEAD_LETTER_TOPIC: 'd',
    DEAD_LETTER_SUBSCRIPTION: 's',
    CONTROL_TOPIC: 'c',
    PULL_SUBSCRIPTION: 's',
    WAKE_SUBSCRIPTION: 'w',
    CONTROL_SUBSCRIPTION: 'c',
    SWEEP_JOB: 'projects/p/locations/r/jobs/j',
    PUSH_SERVICE_ACCOUNT: 'push@p.iam.gserviceaccount.com',
    FORWARD_SERVICE: 'projects/p/locations/r/services/s',
    INTAKE_URL: 'https://intake.example',
    DESTINATION: 'd',
    HMAC_SECRET_NAME: 'projects/p/secrets/s',
  },
  operatorLocal: {},
  dmp: {},
  destinationTry: {},
  localStack: {},
};

function problemsOf(program: Program, variables: Environment): readonly string[] {
  try {
    readConfig(program, variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

/** The variables named, one per problem. */
const namedIn = (problems: readonly string[]) =>
  problems.map((problem) => problem.slice(0, problem.indexOf(':')));

it.each(Object.entries(VALID))('%s has no problem with what it needs', (program, variables) => {
  expect(problemsOf(program as Program, variables)).toEqual([]);
});

it.each([
  ['intake', 'TOPIC'],
  ['intake', 'CONTROL_TOPIC'],
  ['intake', 'GOOGLE_CLOUD_PROJECT'],
  ['forward', 'GOOGLE_CLOUD_PROJECT'],
  ['operator', 'GOOGLE_CLOUD_PROJECT'],
  ['forward', 'DEAD_LETTER_TOPIC'],
  ['forward', 'PULL_SUBSCRIPTION'],
  ['forward', 'WAKE_SUBSCRIPTION'],
  ['forward', 'DESTINATION'],
  ['intake', 'DESTINATION'],
  ['doctor', 'GOOGLE_CLOUD_PROJECT'],
  ['doctor', 'CONTROL_TOPIC'],
  ['doctor', 'PULL_SUBSCRIPTION'],
  ['doctor', 'WAKE_SUBSCRIPTION'],
  ['doctor', 'CONTROL_SUBSCRIPTION'],
  ['doctor', 'SWEEP_JOB'],
  ['doctor', 'FORWARD_SERVICE'],
  ['doctor', 'PUSH_SERVICE_ACCOUNT'],
  ['doctor', 'INTAKE_URL'],
  ['doctor', 'HMAC_SECRET_NAME'],
  ['operator', 'TOPIC'],
  ['operator', 'CONTROL_TOPIC'],
  ['operator', 'DEAD_LETTER_SUBSCRIPTION'],
  ['operator', 'DESTINATION'],
] as const)('%s does not start without %s', (program, name) => {
  expect(namedIn(problemsOf(program, { ...VALID[program], [name]: undefined }))).toEqual([name]);
  expect(namedIn(problemsOf(program, { ...VALID[program], [name]: '' }))).toEqual([name]);
});

describe('a wrong value is named by its variable', () => {
  it.each<[Program, string, string]>([
    ['userSync', 'LOG_LEVEL', 'INFO'],
    ['localStack', 'RETURN_SEGMENT_ID', 'yes'],
    ['localStack', 'MEMBER_ID', 'email'],
    ['forward', 'MEMBER_ID', 'email'],
    ['intake', 'MEMBER_ID', 'email'],
    ['intake', 'SHARDS', '0'],
    ['intake', 'SHARDS', '1001'],
    ['operator', 'SHARDS', '4.5'],
    ['doctor', 'FORWARD_SERVICE', 'forward'],
    ['doctor', 'SWEEP_JOB', 'sweep'],
    ['doctor', 'SWEEP_JOB', 'projects/p/locations/r/services/j'],
    ['doctor', 'PUSH_SERVICE_ACCOUNT', 'serviceAccount:push@p.iam.gserviceaccount.com'],
    ['doctor', 'PUSH_SERVICE_ACCOUNT', 'allUsers'],
    ['doctor', 'INTAKE_URL', 'http://intake.example'],
    ['doctor', 'HMAC_SECRET_NAME', 'hmac'],
    ['forward', 'UNKNOWN_AUDIENCE', 'ignore'],
    ['localStack', 'UNKNOWN_AUDIENCE', 'Create'],
    ['intake', 'MAX_PENDING_BYTES', '0'],
    ['forward', 'MAX_PENDING_BYTES', '64MB'],
    ['operatorLocal', 'PORT', '65536'],
    ['operatorLocal', 'HMAC_SECRETS', ',,'],
    ['dmp', 'PORT', '65536'],
    ['dmp', 'HMAC_SECRETS', ',,'],
    ['dmp', 'BASIC_AUTH', 'no-colon'],
    ['localStack', 'PORT', '65536'],
    ['localStack', 'PORT', '-1'],
    ['localStack', 'PORT', '80.5'],
    ['localStack', 'PORT', ' '],
    ['localStack', 'PORT', '80 '],
    ['localStack', 'PORT', '+80'],
    ['localStack', 'PORT', '1e3'],
    ['localStack', 'PORT', '0x10'],
    ['localStack', 'PANGOLIN_PORT', '1e3'],
    ['localStack', 'PANGOLIN_PORT', 'http'],
    ['localStack', 'BASIC_AUTH', 'no-colon'],
    ['localStack', 'BASIC_AUTH', ':no-user'],
    ['localStack', 'BASIC_AUTH', 'no-password:'],
    ['localStack', 'HMAC_SECRETS', ',,'],
    ['localStack', 'HMAC_SECRETS', ' '],
    ['localStack', 'HMAC_SECRETS', ' ,\t,\n'],
    ['localStack', 'DESTINATION_BASE_URL', 'http://public.example'],
    ['localStack', 'DESTINATION_BASE_URL', 'ftp://127.0.0.1'],
    ['forward', 'DESTINATION_BASE_URL', 'https://user:password@api.example'],
    ['forward', 'DESTINATION_BASE_URL', 'https://api.example?v=2'],
    ['forward', 'DESTINATION_BASE_URL', 'https://api.example#v2'],
    ['forward', 'DESTINATION_OPTIONS', '{'],
    ['forward', 'DESTINATION_OPTIONS', 'pod=eu1'],
    ['forward', 'DESTINATION_OPTIONS', '["pod"]'],
    ['localStack', 'DESTINATION_OPTIONS', 'null'],
    ['localStack', 'DESTINATION_OPTIONS', '"eu1"'],
    ['forward', 'DESTINATION_DESCRIPTION', 'my-platform'],
    ['forward', 'DESTINATION_DESCRIPTION', '[{}]'],
    ['localStack', 'DESTINATION_DESCRIPTION', 'my-platform.json.bak'],
    ['forward', 'DRY_RUN', '1'],
    ['localStack', 'DRY_RUN', 'TRUE'],
    ['localStack', 'DESTINATION', ' , '],
    ['localStack', 'DESTINATION', 'a,b, a'],
    ['intake', 'MAX_BODY_BYTES', '0'],
    ['intake', 'MAX_BODY_BYTES', '10MB'],
    ['intake', 'MAX_BODY_BYTES', ' '],
    ['intake', 'MAX_BODY_BYTES', '1e3'],
    ['intake', 'MAX_BODY_BYTES', '0x10'],
    ['intake', 'MAX_BODY_BYTES', '1000 '],
    ['intake', 'MAX_BODY_BYTES', '9007199254740993'],
    ['intake', 'PUBLISH_TIMEOUT_MS', '-5'],
    ['intake', 'CREATE_TIMEOUT_MS', '1.5'],
    ['intake', 'BASIC_AUTH_SECRET_NAME', 'my-secret'],
    ['intake', 'BASIC_AUTH_SECRET_NAME', 'projects/p/secrets/s/versions/1'],
    ['intake', 'FIRESTORE_COLLECTION', 'a/b'],
    ['forward', 'RETRY_WINDOW_SECONDS', '0'],
    ['forward', 'CREATE_LEASE_SECONDS', 'NaN'],
    ['forward', 'DESTINATION_CREDENTIALS_SECRET_NAME', 'projects//secrets/s'],
  ])('%s: %s=%s', (program, name, value) => {
    expect(namedIn(problemsOf(program, { ...VALID[program], [name]: value }))).toEqual([name]);
  });
});

it('the doctor ignores a PUSH_SUBSCRIPTION of an older Terraform', () => {
  expect(problemsOf('doctor', { ...VALID.doctor, PUSH_SUBSCRIPTION: 'old' })).toEqual([]);
});

it('a destination named twice is told by its name, once', () => {
  expect(problemsOf('localStack', { DESTINATION: 'a,b,a,a' })).toEqual([
    'DESTINATION: "a" is named twice; name each once',
  ]);
});

it('every wrong, missing or contradicting variable is reported at once', () => {
  const problems = problemsOf('intake', {
    LOG_LEVEL: 'loud',
    RETURN_SEGMENT_ID: 'yes',
    MAX_BODY_BYTES: '-1',
    BASIC_AUTH: 'no-colon',
    BASIC_AUTH_SECRET_NAME: 'projects/p/secrets/s',
    FIRESTORE_COLLECTION: 'a/b',
  });
  expect(namedIn(problems).sort()).toEqual([
    'BASIC_AUTH',
    'BASIC_AUTH_SECRET_NAME, BASIC_AUTH',
    'CONTROL_TOPIC',
    'DESTINATION',
    'FIRESTORE_COLLECTION',
    'GOOGLE_CLOUD_PROJECT',
    'HMAC_SECRET_NAME, HMAC_SECRETS',
    'LOG_LEVEL',
    'MAX_BODY_BYTES',
    'RETURN_SEGMENT_ID',
    'TOPIC',
  ]);
});

it('the error lists them under one code, without a value', () => {
  const variables = {
    BASIC_AUTH: 'marker',
    HMAC_SECRETS: 'marker',
    HMAC_SECRET_NAME: 'marker',
    DESTINATION: 'd',
    LOG_LEVEL: 'marker',
  };
  const forward = { DESTINATION_OPTIONS: '{marker', DESTINATION_DESCRIPTION: 'marker' };
  expect(problemsOf('forward', { ...VALID.forward, ...forward }).join()).not.toContain('marker');
  expect(() => readConfig('intake', variables)).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      code: 'CONFIGURATION_INVALID',
      retryable: false,
      message: expect.stringMatching(
        /^The configuration is invalid:\n {2}- LOG_LEVEL: (?!.*marker)/s,
      ),
    }),
  );
});
