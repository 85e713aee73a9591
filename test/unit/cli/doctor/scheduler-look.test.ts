import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lookAtJob } from '../../../../cli/doctor/deployment/scheduler-look.ts';
import { startFakeServer, type FakeServer } from '../../../fakes/platforms/fake-server.ts';
import { PUSH_ACCOUNT, SWEEP, SWEEP_JOB, sweepBody } from './healthy-deployment.ts';

let server: FakeServer;
let body: unknown;
beforeEach(async () => {
  server = await startFakeServer(() => ({ status: 200, body }));
});
afterEach(() => server.close());

function ask(given: unknown) {
  body = given;
  const headers = { authorization: 'Bearer token' };
  return lookAtJob({ resource: SWEEP_JOB, headers, baseUrl: server.url });
}

test('a job is read by its name, as the caller', async () => {
  expect(await ask(sweepBody())).toEqual({ kind: 'found', value: SWEEP });
  expect(server.calls).toMatchObject([
    { method: 'GET', path: `/v1/${SWEEP_JOB}`, headers: { authorization: 'Bearer token' } },
  ]);
});

test("a job without settings has Google's three minutes and empty texts", async () => {
  expect(await ask({ name: SWEEP_JOB })).toEqual({
    kind: 'found',
    value: { state: '', schedule: '', attemptDeadlineSeconds: 180, url: '', account: '' },
  });
});

test('fractions of a second count', async () => {
  expect(await ask({ ...sweepBody(), attemptDeadline: '1799.5s' })).toMatchObject({
    value: { attemptDeadlineSeconds: 1_799.5, account: PUSH_ACCOUNT },
  });
});

test('something that is not a job is not read as one', async () => {
  expect(await ask('<html>')).toEqual({ kind: 'unanswered', reason: 'answered 200' });
});
