import { describe, expect, test } from '@jest/globals';
import type { JobFacts } from '../../../../cli/doctor/deployment/scheduler-look.ts';
import type { SubscriptionFacts } from '../../../../cli/doctor/deployment/subscription-facts.ts';
import {
  CONTROL,
  DEAD_LETTERS,
  deployment,
  FORWARD_ACCOUNT,
  found,
  PULL,
  PUSH_ACCOUNT,
  SWEEP,
  WAKE,
} from './healthy-deployment.ts';
import { lineOf, testFaults, unseen, type Fault } from './line-of.ts';

type Changes = Partial<SubscriptionFacts>;
const pull = (changes: Changes) => ({ pull: found({ ...PULL, ...changes }) });
const wake = (changes: Changes) => ({ wake: found({ ...WAKE, ...changes }) });
const control = (changes: Changes) => ({ control: found({ ...CONTROL, ...changes }) });
const dead = (changes: Changes) => ({ deadLetters: found({ ...DEAD_LETTERS, ...changes }) });
const sweep = (changes: Partial<JobFacts>) => ({ sweep: found({ ...SWEEP, ...changes }) });
const granted = (role: string, member: string, isConditional = false) => ({
  pullBindings: found([{ role, members: [member], isConditional }]),
});
const missing = unseen({ kind: 'missing' });
const OTHER = 'other@my-project.iam.gserviceaccount.com';
const FORWARD = `serviceAccount:${FORWARD_ACCOUNT}`;
const SUBSCRIBER = 'roles/pubsub.subscriber';
const DAY = 86_400;
const APPLY = 'terraform apply';
const REPLACE = 'wait first until the old one is empty';

/** Faults of a subscription that keeps messages in order. */
const keeping = (name: string, changed: typeof pull | typeof control): readonly Fault[] => [
  [name, 'unordered', changed({ isOrdered: false }), 'enable_message_ordering is off', REPLACE],
  [
    name,
    'kept for half a day',
    changed({ retentionSeconds: DAY / 2 }),
    'message_retention_duration is 0.5 days, and not 7',
    APPLY,
  ],
];

/** Faults of any subscription of forward. */
const common = (
  name: string,
  changed: typeof pull | typeof wake | typeof control,
): readonly Fault[] => [
  [
    name,
    'on another topic',
    changed({ topic: 'projects/my-project/topics/other' }),
    'is on projects/my-project/topics/other, and not on projects/my-project/topics/relay',
    REPLACE,
  ],
  [name, 'of a deleted topic', changed({ topic: '_deleted-topic_' }), 'was deleted', REPLACE],
  [name, 'detached', changed({ isDetached: true }), 'was detached', REPLACE],
  [name, 'that expires', changed({ expires: true }), 'expiration_policy', APPLY],
  [name, 'of a part', changed({ filter: 'attributes.a="b"' }), 'it has a filter', REPLACE],
  [
    name,
    'with a dead-letter policy',
    changed({ deadLetterTopic: 'projects/p/topics/t' }),
    'it has a dead_letter_policy',
    APPLY,
  ],
];

/** Faults of a subscription that pushes. */
const pushing = (name: string, changed: typeof wake | typeof control): readonly Fault[] => [
  [name, 'no target', changed({ pushEndpoint: '' }), 'push_endpoint is not set', APPLY],
  [
    name,
    'in the clear',
    changed({ pushEndpoint: 'http://forward.example' }),
    'push_endpoint is not https',
    APPLY,
  ],
  [name, 'without a token', changed({ pushAccount: '' }), 'oidc_token is not set', APPLY],
  [
    name,
    'under another account',
    changed({ pushAccount: OTHER }),
    `pushes come from ${OTHER}, and not from ${PUSH_ACCOUNT}`,
    APPLY,
  ],
  [
    name,
    'without an audience',
    changed({ audience: '' }),
    'the audience of oidc_token is not set',
    APPLY,
  ],
  [
    name,
    'redelivered while forward still works',
    changed({ ackDeadlineSeconds: 599 }),
    'ack_deadline_seconds is 599, and not 600',
    APPLY,
  ],
  [name, 'without backoff', changed({ backoffSeconds: undefined }), 'comes again at once', APPLY],
  [
    name,
    'with a longer backoff',
    changed({ backoffSeconds: { minimum: 1, maximum: 600 } }),
    'retry_policy is 1 s to 600 s, and not 1 s to 60 s',
    APPLY,
  ],
  [
    name,
    'with a later backoff',
    changed({ backoffSeconds: { minimum: 10, maximum: 60 } }),
    'retry_policy is 10 s to 60 s, and not 1 s to 60 s',
    APPLY,
  ],
];

describe('what is wrong with the queue fails with what to do', () => {
  testFaults('fail', [
    ['topic', 'not there', { topic: missing }, 'the topic relay does not exist', APPLY],
    ['control topic', 'not there', { controlTopic: missing }, 'relay-control does not', APPLY],
    ['pull subscription', 'not there', { pull: missing }, 'does not exist', APPLY],
    ...common('pull subscription', pull),
    ...keeping('pull subscription', pull),
    [
      'pull subscription',
      'that still pushes',
      pull({ pushEndpoint: 'https://forward.example' }),
      'it still pushes to https://forward.example: the upgrade was not finished',
      'it ends the pushes',
    ],
    [
      'pull subscription',
      'with a backoff of its own',
      pull({ backoffSeconds: { minimum: 1, maximum: 600 } }),
      'retry_policy is set',
      APPLY,
    ],
    [
      'pullers',
      'without forward',
      granted(SUBSCRIBER, `serviceAccount:${OTHER}`),
      `${FORWARD_ACCOUNT} may not pull from it`,
      APPLY,
    ],
    [
      'pullers',
      'forward under a condition',
      granted(SUBSCRIBER, FORWARD, true),
      `${FORWARD_ACCOUNT} may not pull from it`,
      APPLY,
    ],
    [
      'pullers',
      'the public',
      { ...granted(SUBSCRIBER, 'allUsers'), forwardAccount: missing },
      `allUsers has ${SUBSCRIBER}`,
      'remove-iam-policy-binding',
    ],
    ['wake subscription', 'not there', { wake: missing }, 'does not exist', APPLY],
    ...common('wake subscription', wake),
    ...pushing('wake subscription', wake),
    ['control subscription', 'not there', { control: missing }, 'does not exist', APPLY],
    ...common('control subscription', control),
    ...keeping('control subscription', control),
    ...pushing('control subscription', control),
    ['sweep', 'not there', { sweep: missing }, 'relay-sweep-pangolin does not exist', APPLY],
    [
      'sweep',
      'paused',
      sweep({ state: 'PAUSED' }),
      'its state is PAUSED',
      'gcloud scheduler jobs resume relay-sweep-pangolin --location=europe-west1 --project=my-project',
    ],
    [
      'sweep',
      'seldom',
      sweep({ schedule: '0 * * * *' }),
      'schedule is 0 * * * *, and not * * * * *',
      APPLY,
    ],
    [
      'sweep',
      'under another account',
      sweep({ account: OTHER }),
      `sweeps come from ${OTHER}, and not from ${PUSH_ACCOUNT}`,
      APPLY,
    ],
    ['sweep', 'without a token', sweep({ account: '' }), 'sweeps come from nobody', APPLY],
    [
      'sweep',
      'of another URL',
      sweep({ url: 'https://other.example/' }),
      `sweeps go to https://other.example/, and wakes to ${WAKE.pushEndpoint}`,
      APPLY,
    ],
    [
      'sweep',
      'that breaks off',
      sweep({ attemptDeadlineSeconds: 180 }),
      'attempt_deadline is 180 s, and not 1800 s',
      APPLY,
    ],
    ['dead-letter topic', 'not there', { deadLetterTopic: missing }, 'does not exist', APPLY],
    ['dead-letter subscription', 'not there', { deadLetters: missing }, 'does not exist', APPLY],
    [
      'dead-letter subscription',
      'on the topic of the mutations',
      dead({ topic: PULL.topic }),
      'and not on projects/my-project/topics/relay-dead-letters',
      REPLACE,
    ],
    [
      'dead-letter subscription',
      'kept for a week',
      dead({ retentionSeconds: 7 * DAY }),
      'message_retention_duration is 7 days, and not 31',
      APPLY,
    ],
    ['dead-letter subscription', 'that expires', dead({ expires: true }), 'it expires', APPLY],
    ['dead-letter subscription', 'of a part', dead({ filter: 'x' }), 'it has a filter', REPLACE],
    [
      'dead-letter subscription',
      'pushed away',
      dead({ pushEndpoint: 'https://a.example' }),
      '`dead-letters` cannot pull from it',
      APPLY,
    ],
  ]);
});

describe('who may pull is skipped where it cannot be seen', () => {
  testFaults('skip', [
    [
      'pullers',
      'forbidden',
      { pullBindings: unseen({ kind: 'forbidden' }) },
      'you may not see who may pull from relay-pull-pangolin: that takes roles/iam.securityReviewer',
      '',
    ],
    ['pullers', 'missing', { pullBindings: missing }, 'was not seen', ''],
    ['pullers', 'no account', { forwardAccount: missing }, 'the account of forward', ''],
  ]);
});

test('several faults of a line are told in one, and what to do about them once', async () => {
  const { text, advice } = await lineOf(
    'pull subscription',
    pull({ retentionSeconds: DAY, expires: true }),
  );
  expect(text).toMatch(/^message_retention_duration .*; it expires/);
  expect(advice.split('\n')).toHaveLength(1);
});

test('a subscription that keeps messages longer is ok', async () => {
  const longer = pull({ retentionSeconds: 31 * DAY });
  expect((await lineOf('pull subscription', longer)).status).toBe('ok');
});

test('the sweep may end its URL with a slash, and is not compared with a wake that was not seen', async () => {
  const slash = sweep({ url: `${SWEEP.url}/` });
  const unknown = { ...sweep({ url: 'https://other.example' }), wake: missing };
  expect((await lineOf('sweep', slash)).status).toBe('ok');
  expect((await lineOf('sweep', unknown)).status).toBe('ok');
});

test('a topic may be named in full', async () => {
  const { config } = deployment();
  const changes = { config: { ...config, TOPIC: PULL.topic } };
  expect((await lineOf('pull subscription', changes)).status).toBe('ok');
});
