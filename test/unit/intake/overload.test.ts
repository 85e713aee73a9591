import { request as startRequest } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../setup/eventually.ts';
import { intakeForEachTest } from './intake-fixture.ts';
import { slowPublisher } from './slow-publisher.ts';

/** About 7,000 bytes of JSON. */
const USERS = Array.from({ length: 50 }, (_, index) => `user-${index}`);
const SETTINGS = {
  maxPendingBytes: 9_000,
  publishTimeoutMs: 20_000,
  sharding: { shards: 1, memberId: 'external_user_id' },
} as const;
const JSON_TYPE = { 'Content-Type': 'application/json' };

describe('What intake holds in memory is bounded', () => {
  const startIntake = intakeForEachTest();

  test('503 with Retry-After beyond MAX_PENDING_BYTES, until another request is answered', async () => {
    const { publish, begun } = slowPublisher();
    const { dmp, lines } = await startIntake(publish, { settings: SETTINGS });
    const first = dmp.addToAudience('a.1', USERS);
    await eventually(() => {
      expect(begun).toHaveLength(1);
    });

    const refused = await dmp.addToAudience('a.2', USERS);
    expect(refused.status).toBe(503);
    expect(refused.body).toEqual({ error: expect.stringMatching(/again/) });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(lines).toMatchObject([
      { event: 'request_answered', status: 503, errorCode: 'OVERLOADED' },
    ]);
    expect(begun).toHaveLength(1);

    begun[0]?.acknowledge();
    expect((await first).status).toBe(200);
    const repeated = dmp.addToAudience('a.2', USERS);
    await eventually(() => {
      expect(begun).toHaveLength(2);
    });
    begun[1]?.acknowledge();
    expect((await repeated).status).toBe(200);
  });

  test('requests that fit are served side by side', async () => {
    const { publish, begun } = slowPublisher();
    const { dmp } = await startIntake(publish, { settings: SETTINGS });
    const small = ['a.1', 'a.2', 'a.3', 'a.4', 'a.5'];
    const answers = small.map((audience) => dmp.addToAudience(audience, ['user-1']));
    await eventually(() => {
      expect(begun).toHaveLength(small.length);
    });
    for (const message of begun) message.acknowledge();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(small.map(() => 200));
  });

  test('a request larger than MAX_PENDING_BYTES is served when it is alone', async () => {
    const { dmp } = await startIntake(() => Promise.resolve('id'), {
      settings: { maxPendingBytes: 100 },
    });
    for (const turn of [1, 2]) {
      expect({ turn, ...(await dmp.addToAudience('a.1', USERS)) }).toMatchObject({ status: 200 });
    }
  });

  test.each<[string, (url: string) => Promise<unknown>]>([
    [
      'is not signed',
      (url) => fetch(url, { method: 'POST', headers: JSON_TYPE, body: 'x'.repeat(8_000) }),
    ],
    ['hangs up', (url) => hangUp(url)],
  ])('a request that %s leaves nothing behind', async (_, send) => {
    const { dmp, url, lines } = await startIntake(() => Promise.resolve('id'), {
      settings: SETTINGS,
    });
    await send(`${url}/?type=ADD_TO_AUDIENCE`);
    await eventually(() => {
      expect(lines).toHaveLength(1);
    });
    expect((await dmp.addToAudience('a.1', USERS)).status).toBe(200);
  });
});

/** Sends most of a request and closes the connection. */
function hangUp(url: string): Promise<unknown> {
  return new Promise((resolve) => {
    const headers = { ...JSON_TYPE, 'Content-Length': '9000' };
    const request = startRequest(url, { method: 'POST', headers });
    request.on('error', resolve);
    request.write('x'.repeat(8_000), () => {
      // The bytes shall be in the server's hands.
      setTimeout(() => request.destroy(new Error('hung up')), 50);
    });
  });
}
