import { expect, test } from '@jest/globals';
import { signCall } from '../../../cli/dmp/dmp-client.ts';
import { intakeForEachTest, SECRET } from './intake-fixture.ts';
import { recordingPublisher } from './recording-publisher.ts';

const startIntake = intakeForEachTest();
const usersUpTo = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

async function start() {
  const { publish, published } = recordingPublisher();
  // One shard, so that a request is one message.
  const settings = {
    maxBodyBytes: 10_000_000,
    sharding: { shards: 1, memberId: 'external_user_id' as const },
    publishTimeoutMs: 20_000,
  };
  return { published, ...(await startIntake(publish, { settings })) };
}

test.each([1, 99, 100, 101, 5_000])('a micro-batch may have %i users', async (count) => {
  const { dmp, published } = await start();
  const answer = await dmp.addToAudience('a.1', usersUpTo(count));
  expect(answer).toMatchObject({ status: 200, body: { accepted: count, rejected: 0 } });
  const stored = published.flatMap((message) =>
    message.kind === 'mutations' ? message.mutations : [],
  );
  expect(stored.map(({ externalUserId }) => externalUserId)).toEqual(usersUpTo(count));
});

test('a user who is twice in a request is counted twice', async () => {
  const { dmp } = await start();
  const answer = await dmp.addToAudience('a.1', ['user-1', 'user-1', 'user-2']);
  expect(answer.body).toEqual({ accepted: 3, rejected: 0 });
});

test('a request that is sent again is stored again: it bears no id to know it by', async () => {
  const { dmp, published } = await start();
  for (let time = 1; time <= 2; time += 1) {
    expect(await dmp.addToAudience('a.1', ['user-1'])).toMatchObject({ status: 200 });
  }
  const [first, second] = published;
  expect(published).toHaveLength(2);
  expect(second).toEqual({ ...first, requests: [expect.any(String)] });
});

test('entries that are all invalid are stored for the dead letters, although the answer is 400', async () => {
  const { url, published } = await start();
  const entries = [{ Audience: 'a.1' }, 7];
  const call = signCall({ url, secret: SECRET }, 'REMOVE_FROM_AUDIENCE', { Mutations: entries });
  expect((await fetch(call.url, { method: 'POST', ...call })).status).toBe(400);
  const [first, second] = entries.map((entry) => JSON.stringify(entry));
  const operation = 'remove';
  expect(published).toMatchObject([
    {
      kind: 'rejected-entries',
      entries: [
        { reason: 'External_user_id: is required, or Uuid', operation, entry: first },
        { reason: 'entry: must be an object', operation, entry: second },
      ],
    },
  ]);
});
