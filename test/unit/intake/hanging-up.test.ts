import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { signCall } from '../../../cli/dmp/dmp-client.ts';
import { eventually } from '../../setup/eventually.ts';
import { intakeForEachTest, SECRET } from './intake-fixture.ts';
import { slowPublisher } from './slow-publisher.ts';

const startIntake = intakeForEachTest();

test('the log tells how long a caller that hung up had waited, and for what', async () => {
  const { publish, begun } = slowPublisher();
  const { url, lines } = await startIntake(publish, { settings: { publishTimeoutMs: 20_000 } });
  const mutation = { Audience: 'a.1', Uuid: 'uuid-1', External_user_id: 'user-1' };
  const call = signCall({ url, secret: SECRET }, 'ADD_TO_AUDIENCE', { Mutations: [mutation] });
  const hangUp = new AbortController();
  const request = fetch(call.url, { method: 'POST', ...call, signal: hangUp.signal });
  await eventually(() => {
    expect(begun).toHaveLength(1);
  });
  hangUp.abort();
  await expect(request).rejects.toThrow();
  // The server shall see it before there is an answer.
  await sleep(100);
  begun[0]?.acknowledge();
  await eventually(() => {
    expect(lines).toMatchObject([
      { event: 'request_aborted', type: 'ADD_TO_AUDIENCE', durationMs: expect.any(Number) },
    ]);
  });
});
