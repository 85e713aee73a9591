import { failIfAny, fail, ok, skip, type Finding } from '../check.ts';
import { unseenFinding, type Looked } from '../looked.ts';
import type { SubscriptionFacts } from './subscription-facts.ts';

/** What terraform/variables.tf allows at the least as `timeout_seconds`. */
const LEAST_ACK_DEADLINE_SECONDS = 60;

const DAY_SECONDS = 24 * 60 * 60;
const APPLY = 'Run `terraform apply`: it sets this as it must be.';
/** Pub/Sub does not let it be changed. */
const REPLACE =
  'Run `terraform apply`: it makes a new subscription, so wait first until the old one is empty.';
const DELETED_TOPIC = '_deleted-topic_';

export interface Expected {
  /** As in the environment: a name, or `projects/P/topics/T`. */
  readonly topic: string;
  readonly project: string;
}

/** Whether a topic is there. */
export function topicFinding(name: string, looked: Looked<string>): Finding {
  if (looked.kind === 'found') return ok(`${name} exists`);
  const what = `the topic ${name}`;
  return unseenFinding(looked, { what, role: 'roles/pubsub.viewer', ifMissing: APPLY });
}

/** Whether a subscription is there, and gets what its topic is given. */
export function subscriptionFinding(
  name: string,
  looked: Looked<SubscriptionFacts>,
  expected: Expected,
): Finding {
  if (looked.kind !== 'found') {
    const what = `the subscription ${name}`;
    return unseenFinding(looked, { what, role: 'roles/pubsub.viewer', ifMissing: APPLY });
  }
  const { topic, isDetached } = looked.value;
  const wanted = fullName(expected);
  if (topic === DELETED_TOPIC) {
    return fail(`the topic of ${name} was deleted: it gets nothing any more`, REPLACE);
  }
  if (topic !== wanted) return fail(`${name} is on ${topic}, and not on ${wanted}`, REPLACE);
  if (isDetached) return fail(`${name} was detached from its topic: it gets nothing`, REPLACE);
  return ok(`${name} gets what is published to ${expected.topic}`);
}

/** Whether mutations arrive in their order. */
export function orderFinding({ isOrdered }: SubscriptionFacts): Finding {
  return isOrdered
    ? ok('messages of an ordering key come in their order')
    : fail('messages come in any order: enable_message_ordering is off', REPLACE);
}

/** Whether what is pushed goes to forward, under the account that may call it. */
export function pushTargetFinding(
  { pushEndpoint, pushAccount, audience }: SubscriptionFacts,
  account: string,
): Finding {
  const isHttps = pushEndpoint.startsWith('https://');
  return failIfAny(
    [
      ...problem(pushEndpoint === '', 'it pushes to nobody: push_endpoint is not set'),
      ...problem(pushEndpoint !== '' && !isHttps, 'push_endpoint is not https'),
      ...problem(pushAccount === '', 'pushes prove nothing: oidc_token is not set'),
      ...problem(
        pushAccount !== '' && pushAccount !== account,
        `pushes come from ${pushAccount}, and not from ${account}`,
      ),
      ...problem(pushAccount !== '' && audience === '', 'the audience of oidc_token is not set'),
    ],
    `pushes go to ${pushEndpoint} as ${pushAccount}`,
  );
}

/** Whether what forward does not acknowledge comes again, and not too soon. */
export function redeliveryFinding(facts: SubscriptionFacts): Finding {
  const { ackDeadlineSeconds, backoffSeconds } = facts;
  const { minimum, maximum } = backoffSeconds ?? { minimum: 0, maximum: 0 };
  return failIfAny(
    [
      ...problem(
        ackDeadlineSeconds < LEAST_ACK_DEADLINE_SECONDS,
        `ack_deadline_seconds is ${ackDeadlineSeconds}, and a call with its retries may take ${LEAST_ACK_DEADLINE_SECONDS} s`,
      ),
      ...problem(
        minimum !== 1 || maximum !== 600,
        backoffSeconds == null
          ? 'retry_policy is not set: what fails comes again at once'
          : `retry_policy is ${minimum} s to ${maximum} s, and not 1 s to 600 s`,
      ),
    ],
    'what is not acknowledged comes again after 1 s to 600 s',
  );
}

/** Whether forward gets everything, however long it was away. */
export function retentionFinding(facts: SubscriptionFacts): Finding {
  return failIfAny(
    [
      ...keepingProblems(facts, 7),
      ...problem(facts.filter !== '', 'it has a filter: what does not fit is lost', REPLACE),
      ...problem(
        facts.deadLetterTopic !== '',
        "it has a dead_letter_policy: forward gives up itself, and Pub/Sub's stalls an ordering key",
      ),
    ],
    'messages are kept for 7 days, and it never expires',
  );
}

/** Whether dead letters wait long enough for an operator. */
export function deadLetterRetentionFinding(facts: SubscriptionFacts): Finding {
  return failIfAny(
    [
      ...keepingProblems(facts, 31),
      ...problem(facts.pushEndpoint !== '', 'it pushes: `dead-letters` cannot pull from it'),
      ...problem(facts.filter !== '', 'it has a filter: what does not fit is lost', REPLACE),
    ],
    'dead letters are kept for 31 days, and it never expires',
  );
}

/** A check of what a subscription is set to, where it can be seen. */
export function ofSubscription(
  looked: Looked<SubscriptionFacts>,
  findingOf: (facts: SubscriptionFacts) => Finding,
): Finding {
  return looked.kind === 'found' ? findingOf(looked.value) : skip('the subscription was not seen');
}

function keepingProblems({ retentionSeconds, expires }: SubscriptionFacts, days: number) {
  const kept = `${Math.round((retentionSeconds / DAY_SECONDS) * 10) / 10} days`;
  return [
    ...problem(
      retentionSeconds < days * DAY_SECONDS,
      `message_retention_duration is ${kept}, and not ${days}`,
    ),
    ...problem(expires, 'it expires when nobody uses it: expiration_policy has a ttl'),
  ];
}

function problem(isThere: boolean, text: string, advice = APPLY) {
  return isThere ? [{ text, advice }] : [];
}

function fullName({ topic, project }: Expected): string {
  return topic.includes('/') ? topic : `projects/${project}/topics/${topic}`;
}
