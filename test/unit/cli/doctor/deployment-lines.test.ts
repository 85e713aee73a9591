import { describe, expect, it, test } from '@jest/globals';
import { deploymentChecks } from '../../../../cli/doctor/deployment/checks.ts';
import type { Deployment } from '../../../../cli/doctor/deployment/deployment.ts';
import type { Unseen } from '../../../../cli/doctor/looked.ts';
import { runChecks } from '../../../../cli/doctor/run-checks.ts';
import { answered, AT, deployment, found, intake, PUSH_ACCOUNT } from './healthy-deployment.ts';
import { lineOf, testFaults, unseen } from './line-of.ts';

const INVOKER = 'roles/run.invoker';
const PUSHER = `serviceAccount:${PUSH_ACCOUNT}`;
const LINE = "forward's invokers";

const granted = (...bindings: [role: string, ...members: string[]][]) => ({
  bindings: found(bindings.map(([role, ...members]) => ({ role, members, isConditional: false }))),
});
const clockOff = (ms: number) => ({
  intake: intake({ get: () => Promise.resolve(answered(200, AT + ms)) }),
});
const nobody = { caller: () => Promise.resolve({ problem: 'there are none' }) };

test('a deployment as Terraform makes it has nothing but ok', async () => {
  const results = await runChecks(deploymentChecks, deployment());
  expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(new Set(results.map(({ name }) => name)).size).toBe(20);
});

describe('what is wrong fails with what to do', () => {
  testFaults('fail', [
    [
      'Google credentials',
      'none',
      nobody,
      'find no credentials that work: there are none',
      'gcloud auth application-default login',
    ],
    [
      'audience map',
      'not there',
      { audienceMap: unseen({ kind: 'missing' }) },
      'the database (default) does not exist',
      'FIRESTORE_DATABASE',
    ],
    [
      'audience map',
      'away',
      { audienceMap: unseen({ kind: 'unanswered', reason: 'no answer in time' }) },
      'the database (default) cannot be looked at: no answer in time',
      'network',
    ],
    [LINE, 'nobody', granted(), `${PUSH_ACCOUNT} may not invoke it`, 'terraform apply'],
    [
      LINE,
      'everybody',
      granted([INVOKER, PUSHER, 'allUsers']),
      'allUsers has roles/run.invoker',
      'terraform apply',
    ],
    [
      LINE,
      'another account, by a binding of its own',
      granted([INVOKER, PUSHER], [INVOKER, 'serviceAccount:other@p.example']),
      'serviceAccount:other@p.example has roles/run.invoker',
      'terraform apply',
    ],
    [
      LINE,
      'a person, by a role that holds more',
      granted([INVOKER, PUSHER], ['roles/run.admin', 'user:a@example.com']),
      'user:a@example.com has roles/run.admin',
      'remove-iam-policy-binding',
    ],
    [
      LINE,
      'the push account, by another role besides',
      granted([INVOKER, PUSHER], ['roles/run.admin', PUSHER]),
      `${PUSHER} has roles/run.admin`,
      'remove-iam-policy-binding',
    ],
    [
      LINE,
      'seen by everybody',
      granted([INVOKER, PUSHER], ['roles/run.viewer', 'allAuthenticatedUsers']),
      'allAuthenticatedUsers has roles/run.viewer',
      'remove-iam-policy-binding',
    ],
    [
      LINE,
      'under a condition',
      { bindings: found([{ role: INVOKER, members: [PUSHER], isConditional: true }]) },
      `${PUSH_ACCOUNT} may not invoke it`,
      'terraform apply',
    ],
    [LINE, 'of no service', { bindings: unseen({ kind: 'missing' }) }, 'exist', 'FORWARD_SERVICE'],
    ['clock', 'ahead', clockOff(-3_601_000), "this machine's clock is 3600 s off", 'NTP'],
    ['clock', 'behind', clockOff(61_000), "this machine's clock is 61 s off", 'NTP'],
  ]);
});

describe('a clock that is a little off warns', () => {
  testFaults('warn', [
    ['clock', 'ahead', clockOff(-7_000), "this machine's clock is 6 s off", 'NTP'],
    ['clock', 'behind', clockOff(60_000), "this machine's clock is 60 s off", 'NTP'],
  ]);
});

test.each([-6_000, -1_000, 0, 5_000])('a clock that is %d ms off is ok', async (ms) => {
  expect((await lineOf('clock', clockOff(ms))).status).toBe('ok');
});

test('a clock may be off by what the answer took', async () => {
  const slow = { ...answered(200), askedAt: AT - 30_000, answeredAt: AT + 30_000 };
  const changes = { intake: intake({ get: () => Promise.resolve(slow) }) };
  expect((await lineOf('clock', changes)).status).toBe('ok');
});

describe('an operator who may not look', () => {
  const changes = everything({ kind: 'forbidden' });

  it('is told which role is missing, and nothing fails', async () => {
    const results = await runChecks(deploymentChecks, deployment(changes));
    expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
    const warned = results.filter(({ status }) => status === 'warn');
    expect(warned).toHaveLength(13);
    for (const { advice } of warned) expect(advice.join()).toMatch(/^Get roles\/[\w.]+ on it/);
  });

  it.each(['pullers', 'destination'])(
    'skips %s, which no role of Terraform shows',
    async (name) => {
      expect((await lineOf(name, changes)).status).toBe('skip');
    },
  );
});

test("without Google's credentials only that fails, and what needs them is skipped", async () => {
  const changes = { ...everything({ kind: 'unknown-caller' }), ...nobody };
  const results = await runChecks(deploymentChecks, deployment(changes));
  const told = (status: string) => results.filter((result) => result.status === status);
  expect(told('fail').map(({ name }) => name)).toEqual(['Google credentials']);
  expect(told('warn')).toEqual([]);
});

function everything(looked: Unseen): Partial<Deployment> {
  const not = unseen(looked);
  return {
    ...{ hmacSecret: not, basicAuth: not, credentials: not, topic: not, deadLetterTopic: not },
    ...{ controlTopic: not, pull: not, wake: not, control: not, deadLetters: not },
    ...{ sweep: not, audienceMap: not, bindings: not, pullBindings: not, forwardAccount: not },
  };
}
