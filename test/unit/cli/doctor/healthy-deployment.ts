import type { Deployment } from '../../../../cli/doctor/deployment/deployment.ts';
import type { SecretFacts } from '../../../../cli/doctor/deployment/secret-facts.ts';
import type { SubscriptionFacts } from '../../../../cli/doctor/deployment/subscription-facts.ts';
import type { Intake, TimedReply } from '../../../../cli/doctor/intake.ts';
import type { Looked } from '../../../../cli/doctor/looked.ts';
import { readConfig, type Environment } from '../../../../shared/config.ts';
import type { Destination } from '../../../../shared/destinations/destination.ts';
import type { Answered } from '../../../../shared/destinations/send-request.ts';
import { SecretText } from '../../../../shared/secret-text.ts';

export const PUSH_ACCOUNT = 'relay-push@my-project.iam.gserviceaccount.com';
export const SERVICE = 'projects/my-project/locations/europe-west1/services/relay-forward-pangolin';
export const AT = Date.parse('2026-11-21T12:00:00.000Z');

/** What Terraform's output `cli_environment` holds, in part. */
export const VARIABLES: Environment = {
  GOOGLE_CLOUD_PROJECT: 'my-project',
  TOPIC: 'relay',
  DEAD_LETTER_TOPIC: 'relay-dead-letters',
  DEAD_LETTER_SUBSCRIPTION: 'relay-dead-letters',
  PUSH_SUBSCRIPTION: 'relay-forward-pangolin',
  PUSH_SERVICE_ACCOUNT: PUSH_ACCOUNT,
  FORWARD_SERVICE: SERVICE,
  INTAKE_URL: 'https://intake.example',
  HMAC_SECRET_NAME: 'projects/my-project/secrets/relay-hmac',
  BASIC_AUTH_SECRET_NAME: 'projects/my-project/secrets/relay-basic-auth',
  DESTINATION_CREDENTIALS_SECRET_NAME: 'projects/my-project/secrets/relay-credentials-pangolin',
  DESTINATION: 'pangolin',
};

const DAY_SECONDS = 86_400;

/** As Terraform sets the push subscription. */
export const PUSH: SubscriptionFacts = {
  topic: 'projects/my-project/topics/relay',
  pushEndpoint: 'https://relay-forward-pangolin.example',
  pushAccount: PUSH_ACCOUNT,
  audience: 'https://relay-forward-pangolin.example',
  ackDeadlineSeconds: 600,
  isOrdered: true,
  backoffSeconds: { minimum: 1, maximum: 600 },
  retentionSeconds: 7 * DAY_SECONDS,
  expires: false,
  filter: '',
  deadLetterTopic: '',
  isDetached: false,
};

/** As Terraform sets the subscription of the dead letters. */
export const DEAD_LETTERS: SubscriptionFacts = {
  ...PUSH,
  topic: 'projects/my-project/topics/relay-dead-letters',
  pushEndpoint: '',
  pushAccount: '',
  audience: '',
  isOrdered: false,
  backoffSeconds: undefined,
  retentionSeconds: 31 * DAY_SECONDS,
};

export function found<Value>(value: Value): () => Promise<Looked<Value>> {
  return () => Promise.resolve({ kind: 'found', value });
}

/** A secret with this newest value. */
export function secret(value: string, enabledVersions = 1): SecretFacts {
  const name = 'projects/my-project/secrets/s';
  return { name, enabledVersions, newest: { kind: 'found', value: new SecretText(value) } };
}

export function answered(status: number, date = AT): TimedReply & Answered {
  const headers = new Headers({ date: new Date(date).toUTCString() });
  const answer = { kind: 'answered', status, headers, body: '', isWhole: true } as const;
  return { ...answer, retryAfterMs: undefined, askedAt: AT, answeredAt: AT };
}

/** An intake as it must be, but for `changes`. */
export function intake(changes: Partial<Intake> = {}): Intake {
  return {
    url: 'https://intake.example',
    basicAuth: () => Promise.resolve({ kind: 'known', value: 'mapp:a-long-password' }),
    hmacSecret: () => Promise.resolve({ kind: 'known', value: 'a-secret-that-is-long' }),
    get: () => Promise.resolve(answered(200)),
    validate: () => Promise.resolve(answered(200)),
    validateWrongly: () => Promise.resolve(answered(401)),
    ...changes,
  };
}

/** A destination that is asked nothing but the probe. */
export function destination(changes: Partial<Destination> = {}): Destination {
  const unused = () => Promise.reject(new TypeError('The doctor changes nothing.'));
  return {
    id: 'pangolin',
    capabilities: {
      segments: 'created',
      creationIdempotentBy: 'title',
      removal: 'native',
      reports: 'each',
      maxMembersPerCall: 1,
      maxSegmentsPerCall: 1,
      callTimeoutMs: 10_000,
      maxConcurrentCalls: 1,
      oneCallPerSegment: false,
    },
    createSegment: unused,
    apply: unused,
    probe: () => Promise.resolve(),
    ...changes,
  };
}

/** A deployment as it must be, but for `changes`. */
export function deployment(changes: Partial<Deployment> = {}): Deployment {
  return {
    config: readConfig('doctor', VARIABLES),
    destination: destination(),
    intake: intake(),
    caller: () => Promise.resolve({ headers: {} }),
    hmacSecret: found(secret('a-secret-that-is-long')),
    basicAuth: found(secret('mapp:a-long-password')),
    credentials: found(secret('user:a-long-password')),
    topic: found('projects/my-project/topics/relay'),
    deadLetterTopic: found('projects/my-project/topics/relay-dead-letters'),
    push: found(PUSH),
    deadLetters: found(DEAD_LETTERS),
    audienceMap: found('answers' as const),
    bindings: found([
      {
        role: 'roles/run.invoker',
        members: [`serviceAccount:${PUSH_ACCOUNT}`],
        isConditional: false,
      },
      { role: 'roles/run.viewer', members: ['user:op@example.com'], isConditional: false },
    ]),
    ...changes,
  };
}
