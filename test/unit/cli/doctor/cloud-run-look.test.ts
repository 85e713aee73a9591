import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { lookAtAccount, lookAtBindings } from '../../../../cli/doctor/deployment/cloud-run-look.ts';
import {
  startFakeServer,
  type FakeAnswer,
  type FakeServer,
} from '../../../fakes/platforms/fake-server.ts';
import { FORWARD_ACCOUNT, SERVICE } from './healthy-deployment.ts';

let server: FakeServer;
let answer: FakeAnswer;
beforeEach(async () => {
  server = await startFakeServer(() => answer);
});
afterEach(() => server.close());

function ask(
  given: FakeAnswer,
  look: typeof lookAtBindings | typeof lookAtAccount = lookAtBindings,
) {
  answer = given;
  const headers = { authorization: 'Bearer token', 'x-goog-user-project': 'my-project' };
  return look({ resource: SERVICE, headers, baseUrl: server.url });
}

it('asks for the policy of the service, conditions included, as the caller', async () => {
  await ask({ status: 200, body: {} });
  expect(server.calls).toHaveLength(1);
  expect(server.calls[0]).toMatchObject({
    method: 'GET',
    path: `/v2/${SERVICE}:getIamPolicy`,
    headers: { authorization: 'Bearer token', 'x-goog-user-project': 'my-project' },
  });
  expect(server.calls[0]?.query.get('options.requestedPolicyVersion')).toBe('3');
});

it('finds who is granted what, and whether under a condition', async () => {
  const condition = { title: 'office hours', expression: 'request.time…' };
  const bindings = [
    { role: 'roles/run.invoker', members: ['allUsers'] },
    { role: 'roles/run.viewer', members: ['user:a@example.com'], condition },
  ];
  expect(await ask({ status: 200, body: { version: 3, etag: 'e', bindings } })).toEqual({
    kind: 'found',
    value: [
      { role: 'roles/run.invoker', members: ['allUsers'], isConditional: false },
      { role: 'roles/run.viewer', members: ['user:a@example.com'], isConditional: true },
    ],
  });
});

it('finds nothing in a policy without bindings', async () => {
  expect(await ask({ status: 200, body: { etag: 'e' } })).toEqual({ kind: 'found', value: [] });
});

it('finds the account that the service runs as', async () => {
  const body = { uri: 'https://forward.example', template: { serviceAccount: FORWARD_ACCOUNT } };
  const looked = await ask({ status: 200, body }, lookAtAccount);
  expect(looked).toEqual({ kind: 'found', value: FORWARD_ACCOUNT });
  expect(server.calls).toMatchObject([{ method: 'GET', path: `/v2/${SERVICE}` }]);
});

it.each<[FakeAnswer, object]>([
  [{ status: 404 }, { kind: 'missing' }],
  [{ status: 403, body: { error: { status: 'PERMISSION_DENIED' } } }, { kind: 'forbidden' }],
  [{ status: 401 }, { kind: 'unknown-caller' }],
  [
    { status: 403, body: { error: { details: [{ reason: 'SERVICE_DISABLED' }] } } },
    { kind: 'unanswered', reason: 'answered 403' },
  ],
  [{ status: 500 }, { kind: 'unanswered', reason: 'answered 500' }],
  [
    { status: 200, body: '<html>' },
    { kind: 'unanswered', reason: 'answered 200' },
  ],
  [{ status: 302 }, { kind: 'unanswered', reason: 'answered 302' }],
])('%j is %j', async (given, looked) => {
  expect(await ask(given)).toEqual(looked);
});

it('a connection that breaks is told', async () => {
  server.failNext('reset');
  expect(await ask({ status: 200 })).toMatchObject({ kind: 'unanswered' });
});
