import type { Deployment } from '../../../../cli/doctor/deployment/deployment.ts';
import type { JobFacts } from '../../../../cli/doctor/deployment/scheduler-look.ts';
import type { SecretFacts } from '../../../../cli/doctor/deployment/secret-facts.ts';
import type { SubscriptionFacts } from '../../../../cli/doctor/deployment/subscription-facts.ts';
import type { Intake, TimedReply } from '../../../../cli/doctor/intake.ts';
import type { Looked } from '../../../../cli/doctor/looked.ts';
import { readConfig, type Environment } from '../../../../shared/config.ts';
import type { Destination } from '../../../../shared/destinations/destination.ts';
import type { Answered } from '../../../../shared/destinations/send-request.ts';
import { SecretText } from '../../../../shared/secret-text.ts';

export const PUSH_ACCOUNT = 'relay-push@my-project.iam.gserviceaccount.com';
export const FORWARD_ACCOUNT = 'relay-to-pangolin@my-project.iam.gserviceaccount.com';
export const SERVICE = 'projects/my-project/locations/europe-west1/services/relay-forward-pangolin';
export const SWEEP_JOB = 'projects/my-project/locations/europe-west1/jobs/relay-sweep-pangolin';
const FORWARD_URL = 'https://relay-forward-pangolin.example';
export const AT = Date.parse('2026-11-21T12:00:00.000Z');

/** What Terraform's output `cli_environment` holds, in part. */
export const VARIABLES: Environment = {
  GOOGLE_CLOUD_PROJECT: 'my-project',
  TOPIC: 'relay',
  CONTROL_TOPIC: 'relay-control',
  DEAD_LETTER_TOPIC: 'relay-dead-letters',
  DEAD_LETTER_SUBSCRIPTION: 'relay-dead-letters',
  PULL_SUBSCRIPTION: 'relay-pull-pangolin',
  WAKE_SUBSCRIPTION: 'relay-wake-pangolin',
  CONTROL_SUBSCRIPTION: 'relay-control-pangolin',
  SWEEP_JOB,
  PUSH_SERVICE_ACCOUNT: PUSH_ACCOUNT,
  FORWARD_SERVICE: SERVICE,
  INTAKE_URL: 'https://intake.example',
  HMAC_SECRET_NAME: 'projects/my-project/secrets/relay-hmac',
  BASIC_AUTH_SECRET_NAME: 'projects/my-project/secrets/relay-basic-auth',
  DESTINATION_CREDENTIALS_SECRET_NAME: 'projects/my-project/secrets/relay-credentials-pangolin',
  DESTINATION: 'pangolin',
};

const DAY_SECONDS = 86_400;

/** As Terraform sets the subscription of mutations. */
export const PULL: SubscriptionFacts = {
  topic: 'projects/my-project/topics/relay',
  pushEndpoint: '',
  pushAccount: '',
  audience: '',
  ackDeadlineSeconds: 15,
  isOrdered: true,
  backoffSeconds: undefined,
  retentionSeconds: 7 * DAY_SECONDS,
  expires: false,
  filter: '',
  deadLetterTopic: '',
  isDetached: false,
};

/** As Terraform sets the subscription of creations and rejected entries. */
export const CONTROL: SubscriptionFacts = {
  ...PULL,
  topic: 'projects/my-project/topics/relay-control',
  pushEndpoint: FORWARD_URL,
  pushAccount: PUSH_ACCOUNT,
  audience: FORWARD_URL,
  ackDeadlineSeconds: 600,
  backoffSeconds: { minimum: 1, maximum: 60 },
};

/** As Terraform sets the subscription of wakes. */
export const WAKE: SubscriptionFacts = {
  ...CONTROL,
  topic: PULL.topic,
  isOrdered: false,
  retentionSeconds: 3_600,
};

/** As Terraform sets the subscription of the dead letters. */
export const DEAD_LETTERS: SubscriptionFacts = {
  ...PULL,
  topic: 'projects/my-project/topics/relay-dead-letters',
  isOrdered: false,
  retentionSeconds: 31 * DAY_SECONDS,
};

/** As Terraform sets the job that sweeps. */
export const SWEEP: JobFacts = {
  state: 'ENABLED',
  schedule: '* * * * *',
  attemptDeadlineSeconds: 1_800,
  url: FORWARD_URL,
  account: PUSH_ACCOUNT,
};

/** The same as Cloud Scheduler answers it. */
export function sweepBody(uri = FORWARD_URL) {
  return {
    name: SWEEP_JOB,
    state: 'ENABLED',
    schedule: '* * * * *',
    timeZone: 'Etc/UTC',
    attemptDeadline: '1800s',
    httpTarget: {
      uri,
      httpMethod: 'POST',
      oidcToken: { serviceAccountEmail: PUSH_ACCOUNT, audience: uri },
    },
  };
}

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
    controlTopic: found('projects/my-project/topics/relay-control'),
    deadLetterTopic: found('projects/my-project/topics/relay-dead-letters'),
    pull: found(PULL),
    wake: found(WAKE),
    control: found(CONTROL),
    sweep: found(SWEEP),
    pullBindings: found([
      {
        role: 'roles/pubsub.subscriber',
        members: [`serviceAccount:${FORWARD_ACCOUNT}`],
        isConditional: false,
      },
      { role: 'roles/pubsub.viewer', members: ['user:op@example.com'], isConditional: false },
    ]),
    forwardAccount: found(FORWARD_ACCOUNT),
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
