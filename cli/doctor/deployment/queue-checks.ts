import { failIfAny, fail, ok, type Finding } from '../check.ts';
import { unseenFinding, type Looked } from '../looked.ts';
import type { SubscriptionFacts } from './subscription-facts.ts';

/** The most that Pub/Sub allows: forward holds a push while there is work. */
const ACK_DEADLINE_SECONDS = 600;
const EXPIRES = 'it expires when nobody uses it: expiration_policy has a ttl';

const DAY_SECONDS = 24 * 60 * 60;
export const APPLY = 'Run `terraform apply`: it sets this as it must be.';
/** Pub/Sub does not let it be changed. */
const REPLACE =
  'Run `terraform apply`: it makes a new subscription, so wait first until the old one is empty.';
const DELETED_TOPIC = '_deleted-topic_';

export interface Expected {
  /** As in the environment: a name, or `projects/P/topics/T`. */
  readonly topic: string;
  readonly project: string;
  readonly problemsOf: (facts: SubscriptionFacts) => readonly Problem[];
}

/** A setting that is wrong, and what to do about it. */
export interface Problem {
  readonly text: string;
  readonly advice: string;
}

/** Checks that a topic exists. */
export function topicFinding(name: string, looked: Looked<string>): Finding {
  if (looked.kind === 'found') return ok(`${name} exists`);
  const what = `the topic ${name}`;
  return unseenFinding(looked, { what, role: 'roles/pubsub.viewer', ifMissing: APPLY });
}

/** Checks that a subscription exists, on its topic, and is set as it must be. */
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
  return failIfAny(
    expected.problemsOf(looked.value),
    `${name} is on ${expected.topic}, set as it must be`,
  );
}

/** Checks what forward pulls: in order, and redelivered by forward's own put-backs only. */
export function pullProblems(facts: SubscriptionFacts): readonly Problem[] {
  return [
    ...problem(
      facts.pushEndpoint !== '',
      `it still pushes to ${facts.pushEndpoint}: the upgrade was not finished`,
      'Run `terraform apply`: it ends the pushes, and forward pulls what is waiting.',
    ),
    ...orderProblems(facts),
    ...problem(
      facts.backoffSeconds != null,
      'retry_policy is set: only what forward puts back may wait, as long as forward says',
    ),
    ...keepingProblems(facts, 7),
    ...lossProblems(facts),
  ];
}

/** Checks what wakes forward. A wake carries no work, so its order and age do not matter. */
export function wakeProblems(facts: SubscriptionFacts, account: string): readonly Problem[] {
  return [
    ...pushProblems(facts, account),
    ...problem(facts.expires, EXPIRES),
    ...lossProblems(facts),
  ];
}

/** Checks what is pushed one by one: creations and rejected entries. */
export function controlProblems(facts: SubscriptionFacts, account: string): readonly Problem[] {
  return [
    ...pushProblems(facts, account),
    ...orderProblems(facts),
    ...keepingProblems(facts, 7),
    ...lossProblems(facts),
  ];
}

/** Checks that dead letters wait long enough for an operator. */
export function deadLetterProblems(facts: SubscriptionFacts): readonly Problem[] {
  return [
    ...problem(facts.pushEndpoint !== '', 'it pushes: `dead-letters` cannot pull from it'),
    ...keepingProblems(facts, 31),
    ...filterProblems(facts),
  ];
}

/** Pushes go to an https URL, under the account that may call it, and come again soon. */
function pushProblems(facts: SubscriptionFacts, account: string): readonly Problem[] {
  const { pushEndpoint, pushAccount, audience, ackDeadlineSeconds, backoffSeconds } = facts;
  const { minimum, maximum } = backoffSeconds ?? { minimum: 0, maximum: 0 };
  const isHttps = pushEndpoint.startsWith('https://');
  return [
    ...problem(pushEndpoint === '', 'it pushes to nobody: push_endpoint is not set'),
    ...problem(pushEndpoint !== '' && !isHttps, 'push_endpoint is not https'),
    ...problem(pushAccount === '', 'pushes prove nothing: oidc_token is not set'),
    ...problem(
      pushAccount !== '' && pushAccount !== account,
      `pushes come from ${pushAccount}, and not from ${account}`,
    ),
    ...problem(pushAccount !== '' && audience === '', 'the audience of oidc_token is not set'),
    ...problem(
      ackDeadlineSeconds < ACK_DEADLINE_SECONDS,
      `ack_deadline_seconds is ${ackDeadlineSeconds}, and not ${ACK_DEADLINE_SECONDS}`,
    ),
    ...problem(
      minimum !== 1 || maximum !== 60,
      backoffSeconds == null
        ? 'retry_policy is not set: what fails comes again at once'
        : `retry_policy is ${minimum} s to ${maximum} s, and not 1 s to 60 s`,
    ),
  ];
}

function orderProblems({ isOrdered }: SubscriptionFacts): readonly Problem[] {
  return problem(!isOrdered, 'messages come in any order: enable_message_ordering is off', REPLACE);
}

function lossProblems(facts: SubscriptionFacts): readonly Problem[] {
  return [
    ...filterProblems(facts),
    ...problem(
      facts.deadLetterTopic !== '',
      "it has a dead_letter_policy: forward gives up itself, and Pub/Sub's stalls an ordering key",
    ),
  ];
}

function filterProblems({ filter }: SubscriptionFacts): readonly Problem[] {
  return problem(filter !== '', 'it has a filter: what does not fit is lost', REPLACE);
}

function keepingProblems(
  { retentionSeconds, expires }: SubscriptionFacts,
  days: number,
): readonly Problem[] {
  const kept = `${Math.round((retentionSeconds / DAY_SECONDS) * 10) / 10} days`;
  return [
    ...problem(
      retentionSeconds < days * DAY_SECONDS,
      `message_retention_duration is ${kept}, and not ${days}`,
    ),
    ...problem(expires, EXPIRES),
  ];
}

/** The problem in a list where it is there, else an empty list. */
export function problem(isThere: boolean, text: string, advice = APPLY): readonly Problem[] {
  return isThere ? [{ text, advice }] : [];
}

function fullName({ topic, project }: Expected): string {
  return topic.includes('/') ? topic : `projects/${project}/topics/${topic}`;
}
