/** What the doctor checks on a deployment, a line each, in this order. */
import { fail, ok, skip, type Check, type Finding } from '../check.ts';
import { clockFinding } from '../clock-check.ts';
import {
  intakeFinding,
  signedFinding,
  wronglySignedFinding,
  type IntakeAdvice,
} from '../intake-checks.ts';
import { unseenFinding, type Looked } from '../looked.ts';
import { probeFinding } from '../probe-check.ts';
import type { Deployment } from './deployment.ts';
import { invokersFinding } from './invokers-check.ts';
import { pullersFinding } from './pullers-check.ts';
import {
  controlProblems,
  deadLetterProblems,
  pullProblems,
  subscriptionFinding,
  topicFinding,
  wakeProblems,
  type Expected,
} from './queue-checks.ts';
import { secretFinding, secretFindingIfAny } from './secret-checks.ts';
import { newestValue } from './secret-facts.ts';
import type { SubscriptionFacts } from './subscription-facts.ts';
import { sweepFinding } from './sweep-check.ts';

const USER_AND_PASSWORD = { pattern: /^[^:]+:.+$/s, text: 'user:password' };

const INTAKE_ADVICE: IntakeAdvice = {
  unreachable:
    'Compare INTAKE_URL with the output registration_url, and look at the log of intake.',
  otherSecret:
    'Check that intake has this HMAC_SECRET_NAME; a version that was added just now counts within ten seconds.',
  otherBasicAuth:
    'Compare BASIC_AUTH_SECRET_NAME with the variable basic_auth, and run `terraform apply`.',
  secretsUnreadable:
    'Look at the log of intake: SECRET_UNAVAILABLE means that it may not read its secrets (`terraform apply` grants it), OVERLOADED that it holds too much.',
  notPublic:
    'Run `terraform apply`: it lets allUsers invoke intake. If that is refused, the organisation forbids it (iam.allowedPolicyMemberDomains): have an exception made for this project.',
};

/** The checks, `configuration` apart, which comes before. */
export const deploymentChecks: readonly Check<Deployment>[] = [
  { name: 'Google credentials', run: callerFinding },
  {
    name: 'HMAC secret',
    run: async ({ config, hmacSecret }) =>
      secretFinding(config.HMAC_SECRET_NAME, await hmacSecret()),
  },
  {
    name: 'Basic Auth secret',
    run: async ({ config, basicAuth }) =>
      secretFindingIfAny(config.BASIC_AUTH_SECRET_NAME, await basicAuth(), {
        shape: USER_AND_PASSWORD,
      }),
  },
  {
    name: 'destination credentials',
    run: async ({ config, credentials }) =>
      secretFindingIfAny(config.DESTINATION_CREDENTIALS_SECRET_NAME, await credentials()),
  },
  {
    name: 'topic',
    run: async ({ config, topic }) => topicFinding(config.TOPIC, await topic()),
  },
  {
    name: 'control topic',
    run: async ({ config, controlTopic }) =>
      topicFinding(config.CONTROL_TOPIC, await controlTopic()),
  },
  subscriptionCheck('pull subscription', ({ config, pull }) => ({
    ...{ name: config.PULL_SUBSCRIPTION, topic: config.TOPIC, look: pull },
    problemsOf: pullProblems,
  })),
  {
    name: 'pullers',
    run: async ({ config, pullBindings, forwardAccount }) =>
      pullersFinding(config.PULL_SUBSCRIPTION, await pullBindings(), await forwardAccount()),
  },
  subscriptionCheck('wake subscription', ({ config, wake }) => ({
    ...{ name: config.WAKE_SUBSCRIPTION, topic: config.TOPIC, look: wake },
    problemsOf: (facts) => wakeProblems(facts, config.PUSH_SERVICE_ACCOUNT),
  })),
  subscriptionCheck('control subscription', ({ config, control }) => ({
    ...{ name: config.CONTROL_SUBSCRIPTION, topic: config.CONTROL_TOPIC, look: control },
    problemsOf: (facts) => controlProblems(facts, config.PUSH_SERVICE_ACCOUNT),
  })),
  {
    name: 'sweep',
    run: async ({ config, sweep, wake }) =>
      sweepFinding(config.SWEEP_JOB, await sweep(), {
        account: config.PUSH_SERVICE_ACCOUNT,
        wake: await wake(),
      }),
  },
  {
    name: 'dead-letter topic',
    run: async ({ config, deadLetterTopic }) =>
      topicFinding(config.DEAD_LETTER_TOPIC, await deadLetterTopic()),
  },
  subscriptionCheck('dead-letter subscription', ({ config, deadLetters }) => ({
    ...{ name: config.DEAD_LETTER_SUBSCRIPTION, topic: config.DEAD_LETTER_TOPIC },
    ...{ look: deadLetters, problemsOf: deadLetterProblems },
  })),
  { name: 'audience map', run: audienceMapFinding },
  {
    name: "forward's invokers",
    run: async ({ config, bindings }) =>
      invokersFinding(config.FORWARD_SERVICE, await bindings(), config.PUSH_SERVICE_ACCOUNT),
  },
  { name: 'intake', run: ({ intake }) => intakeFinding(intake, INTAKE_ADVICE) },
  { name: 'signed call', run: ({ intake }) => signedFinding(intake, INTAKE_ADVICE) },
  { name: 'wrong signature', run: ({ intake }) => wronglySignedFinding(intake, INTAKE_ADVICE) },
  { name: 'destination', run: destinationFinding },
  { name: 'clock', run: async ({ intake }) => clockFinding(await intake.get()) },
];

interface CheckedSubscription extends Omit<Expected, 'project'> {
  readonly name: string;
  readonly look: () => Promise<Looked<SubscriptionFacts>>;
}

/** Checks a subscription whole, in one line. */
function subscriptionCheck(
  line: string,
  checkedIn: (deployment: Deployment) => CheckedSubscription,
): Check<Deployment> {
  return {
    name: line,
    run: async (deployment) => {
      const { name, look, ...expected } = checkedIn(deployment);
      const project = deployment.config.GOOGLE_CLOUD_PROJECT;
      return subscriptionFinding(name, await look(), { ...expected, project });
    },
  };
}

async function callerFinding({ caller }: Deployment): Promise<Finding> {
  const known = await caller();
  if ('headers' in known) return ok('Google knows who you are');
  return fail(
    `Google's clients find no credentials that work: ${known.problem}`,
    'Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS.',
  );
}

async function audienceMapFinding({ config, audienceMap }: Deployment): Promise<Finding> {
  const looked = await audienceMap();
  const database = config.FIRESTORE_DATABASE;
  if (looked.kind === 'found') return ok(`the database ${database} answers`);
  return unseenFinding(looked, {
    what: `the database ${database}`,
    role: 'roles/datastore.viewer',
    ifMissing:
      'Run `terraform apply`, and set FIRESTORE_DATABASE as its output cli_environment says.',
  });
}

async function destinationFinding({ credentials, destination }: Deployment): Promise<Finding> {
  const looked = await credentials();
  if (
    looked !== undefined &&
    destination.probe !== undefined &&
    newestValue(looked) === undefined
  ) {
    return skip('its credentials cannot be read from here');
  }
  return probeFinding(destination);
}
