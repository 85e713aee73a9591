import { afterEach, expect, test } from '@jest/globals';
import { createDmpClient } from '../../../../cli/dmp/dmp-client.ts';
import { startFakeServer, type FakeServer } from '../../../fakes/platforms/fake-server.ts';

let server: FakeServer | undefined;
afterEach(() => server?.close());

async function validateAt(status: number, body?: string) {
  server = await startFakeServer(() => ({ status, body }));
  return createDmpClient({ url: server.url, secret: 'secret' }).validate();
}

test.each([
  [200, undefined, undefined],
  [422, '{"error":"no"}', { error: 'no' }],
])('an answer of %d with %s', async (status, text, body) => {
  expect(await validateAt(status, text)).toMatchObject({ status, body });
});

test.each([403, 200])('a page that is no JSON is told by its status, %d', async (status) => {
  const answer = validateAt(status, '<html><title>Forbidden</title></html>');
  // The page of Pangolin tells it from no answer by the type.
  await expect(answer).rejects.toThrow(SyntaxError);
  await expect(answer).rejects.toThrow(`Intake answered ${status}, and not in JSON`);
});
