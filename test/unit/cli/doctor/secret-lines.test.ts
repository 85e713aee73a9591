import { describe, expect, it } from '@jest/globals';
import { secretFindingIfAny } from '../../../../cli/doctor/deployment/secret-checks.ts';
import { found, secret } from './healthy-deployment.ts';
import { lineOf, testFaults, unseen } from './line-of.ts';

const ADD = 'gcloud secrets versions add relay-hmac --project=my-project --data-file=-';
const missing = unseen({ kind: 'missing' });
const withoutVersion = found({ name: 's', enabledVersions: 0 });
const unread = (newest: ReturnType<typeof unseen>) => async () => {
  const value = { name: 's', enabledVersions: 2, newest: await newest() };
  return { kind: 'found', value } as const;
};

describe('a secret that does not work fails with what to do', () => {
  testFaults('fail', [
    ['HMAC secret', 'not there', { hmacSecret: missing }, 'relay-hmac does not exist', ADD],
    ['HMAC secret', 'not there', { hmacSecret: missing }, 'does not exist', 'terraform apply'],
    ['HMAC secret', 'without a version', { hmacSecret: withoutVersion }, 'no enabled', ADD],
    ['HMAC secret', 'empty', { hmacSecret: found(secret('')) }, 'is empty', ADD],
    [
      'HMAC secret',
      'out of reach',
      { hmacSecret: unseen({ kind: 'unanswered', reason: 'no answer in time' }) },
      'cannot be looked at: no answer in time',
      'network',
    ],
    [
      'HMAC secret',
      'with a value out of reach',
      { hmacSecret: unread(unseen({ kind: 'unanswered', reason: 'no answer in time' })) },
      'the newest version of projects/my-project/secrets/relay-hmac cannot be looked at',
      'network',
    ],
    [
      'Basic Auth secret',
      'without a colon',
      { basicAuth: found(secret('a-long-password-alone')) },
      'is not written as user:password',
      'gcloud secrets versions add relay-basic-auth',
    ],
    [
      'Basic Auth secret',
      'without a user',
      { basicAuth: found(secret(':a-long-password')) },
      'is not written as user:password',
      'versions add',
    ],
    [
      'destination credentials',
      'not there',
      { credentials: missing },
      'does not exist',
      'versions add relay-credentials-pangolin',
    ],
  ]);
});

describe('a secret that should be looked at warns', () => {
  const short = found(secret('0123456789abcde'));
  testFaults('warn', [
    ['HMAC secret', 'short', { hmacSecret: short }, 'is shorter than 16 characters', ADD],
    ['destination credentials', 'short', { credentials: short }, 'is shorter', 'versions add'],
    [
      'HMAC secret',
      'with white space',
      { hmacSecret: found(secret(' a-secret-that-is-long')) },
      'begins or ends with white space, which counts',
      ADD,
    ],
    [
      'HMAC secret',
      'empty, beside an older one that counts',
      { hmacSecret: found(secret('', 2)) },
      'is empty, and does not count',
      ADD,
    ],
    [
      'HMAC secret',
      'that the operator may not read',
      { hmacSecret: unread(unseen({ kind: 'forbidden' })) },
      'has 2 enabled versions; the value was not checked: you may not read it',
      "intake's answers",
    ],
  ]);
});

it.each([
  [1, 'has 1 enabled version, and the newest can be read'],
  [2, 'has 2 enabled versions, and'],
  [3, 'has 3 or more enabled versions, of which two count, and'],
])('%d versions are ok', async (count, text) => {
  const hmacSecret = found(secret('0123456789abcdef', count));
  const line = await lineOf('HMAC secret', { hmacSecret });
  expect(line).toMatchObject({ status: 'ok', text: expect.stringContaining(text) });
});

it('what is not configured is skipped', () => {
  const skipped = { status: 'skip', text: 'none is configured', advice: [] };
  expect(secretFindingIfAny(undefined, undefined)).toEqual(skipped);
});
