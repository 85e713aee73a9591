import { describe, expect, test } from '@jest/globals';
import { DEAD_LETTERS, deployment, found, PUSH, PUSH_ACCOUNT } from './healthy-deployment.ts';
import { lineOf, testFaults, unseen } from './line-of.ts';

const push = (changes: Partial<typeof PUSH>) => ({ push: found({ ...PUSH, ...changes }) });
const dead = (changes: Partial<typeof PUSH>) => ({
  deadLetters: found({ ...DEAD_LETTERS, ...changes }),
});
const missing = unseen({ kind: 'missing' });
const OTHER = 'other@my-project.iam.gserviceaccount.com';
const DAY = 86_400;
const APPLY = 'terraform apply';
const REPLACE = 'wait first until the old one is empty';

describe('what is wrong with the queue fails with what to do', () => {
  testFaults('fail', [
    ['topic', 'not there', { topic: missing }, 'the topic relay does not exist', APPLY],
    ['push subscription', 'not there', { push: missing }, 'does not exist', APPLY],
    [
      'push subscription',
      'on another topic',
      push({ topic: 'projects/my-project/topics/other' }),
      'is on projects/my-project/topics/other, and not on projects/my-project/topics/relay',
      REPLACE,
    ],
    [
      'push subscription',
      'of a deleted topic',
      push({ topic: '_deleted-topic_' }),
      'the topic of relay-forward-pangolin was deleted',
      REPLACE,
    ],
    ['push subscription', 'detached', push({ isDetached: true }), 'was detached', REPLACE],
    ['push order', 'off', push({ isOrdered: false }), 'enable_message_ordering is off', REPLACE],
    ['push target', 'none', push({ pushEndpoint: '' }), 'push_endpoint is not set', APPLY],
    [
      'push target',
      'in the clear',
      push({ pushEndpoint: 'http://forward.example' }),
      'push_endpoint is not https',
      APPLY,
    ],
    ['push target', 'without a token', push({ pushAccount: '' }), 'oidc_token is not set', APPLY],
    [
      'push target',
      'under another account',
      push({ pushAccount: OTHER }),
      `pushes come from ${OTHER}, and not from ${PUSH_ACCOUNT}`,
      APPLY,
    ],
    [
      'push target',
      'without an audience',
      push({ audience: '' }),
      'the audience of oidc_token is not set',
      APPLY,
    ],
    [
      'redelivery',
      'while forward still works',
      push({ ackDeadlineSeconds: 10 }),
      'ack_deadline_seconds is 10, and a call with its retries may take 60 s',
      APPLY,
    ],
    ['redelivery', 'at once', push({ backoffSeconds: undefined }), 'comes again at once', APPLY],
    [
      'redelivery',
      'in other steps',
      push({ backoffSeconds: { minimum: 10, maximum: 600 } }),
      'retry_policy is 10 s to 600 s, and not 1 s to 600 s',
      APPLY,
    ],
    [
      'retention',
      'for half a day',
      push({ retentionSeconds: DAY / 2 }),
      'message_retention_duration is 0.5 days, and not 7',
      APPLY,
    ],
    ['retention', 'until it expires', push({ expires: true }), 'expiration_policy', APPLY],
    ['retention', 'of a part', push({ filter: 'attributes.a="b"' }), 'it has a filter', REPLACE],
    [
      'retention',
      'with a dead-letter policy',
      push({ deadLetterTopic: 'projects/p/topics/t' }),
      'it has a dead_letter_policy',
      APPLY,
    ],
    ['dead-letter topic', 'not there', { deadLetterTopic: missing }, 'does not exist', APPLY],
    ['dead-letter subscription', 'not there', { deadLetters: missing }, 'does not exist', APPLY],
    [
      'dead-letter subscription',
      'on the topic of the mutations',
      dead({ topic: PUSH.topic }),
      'and not on projects/my-project/topics/relay-dead-letters',
      REPLACE,
    ],
    [
      'dead-letter retention',
      'for a week',
      dead({ retentionSeconds: 7 * DAY }),
      'message_retention_duration is 7 days, and not 31',
      APPLY,
    ],
    ['dead-letter retention', 'until it expires', dead({ expires: true }), 'it expires', APPLY],
    ['dead-letter retention', 'of a part', dead({ filter: 'x' }), 'it has a filter', REPLACE],
    [
      'dead-letter retention',
      'pushed away',
      dead({ pushEndpoint: 'https://a.example' }),
      '`dead-letters` cannot pull from it',
      APPLY,
    ],
  ]);
});

test('several faults of a line are told in one, and what to do about them once', async () => {
  const { text, advice } = await lineOf(
    'retention',
    push({ retentionSeconds: DAY, expires: true }),
  );
  expect(text).toMatch(/^message_retention_duration .*; it expires/);
  expect(advice.split('\n')).toHaveLength(1);
});

test('a subscription that is longer kept, or longer waited for, is ok', async () => {
  const longer = push({ retentionSeconds: 31 * DAY, ackDeadlineSeconds: 601 });
  expect((await lineOf('retention', longer)).status).toBe('ok');
  expect((await lineOf('redelivery', longer)).status).toBe('ok');
});

test('a topic may be named in full', async () => {
  const { config } = deployment();
  const changes = { config: { ...config, TOPIC: PUSH.topic } };
  expect((await lineOf('push subscription', changes)).status).toBe('ok');
});
