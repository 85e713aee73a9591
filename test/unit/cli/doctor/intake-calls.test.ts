import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createIntake } from '../../../../cli/doctor/intake.ts';
import { verifySignature } from '../../../../shared/mapp/signature.ts';
import { startFakeServer, type FakeServer } from '../../../fakes/platforms/fake-server.ts';

const SECRET = 'a-secret-that-is-long';
const BASIC_AUTH = 'mapp:a-long-password';

let server: FakeServer;
beforeEach(async () => {
  server = await startFakeServer(() => ({ status: 200 }));
});
afterEach(() => server.close());

function open(basicAuth: 'known' | 'none' = 'known') {
  return createIntake({
    url: `${server.url}/`,
    hmacSecret: () => Promise.resolve({ kind: 'known', value: SECRET }),
    basicAuth: () =>
      Promise.resolve(
        basicAuth === 'none' ? { kind: 'none' } : { kind: 'known', value: BASIC_AUTH },
      ),
  });
}

const authorization = `Basic ${btoa(BASIC_AUTH)}`;

it('GET is made once, with Basic Auth where there is some', async () => {
  const intake = open();
  await Promise.all([intake.get(), intake.get()]);
  expect(server.calls).toMatchObject([{ method: 'GET', path: '/', headers: { authorization } }]);
  await open('none').get();
  expect(server.calls[1]?.headers).not.toHaveProperty('authorization');
});

describe('what is posted', () => {
  it.each([
    ['is signed with the secret', true],
    ['is signed with another one', false],
  ])('%s, and is VALIDATE, which publishes nothing', async (_, isRight) => {
    const intake = open();
    await (isRight ? intake.validate(SECRET) : intake.validateWrongly());
    const [call] = server.calls;
    expect(call).toMatchObject({ method: 'POST', path: '/', body: '{"Type":"VALIDATE"}' });
    expect(call?.query.get('type')).toBe('VALIDATE');
    expect(call?.headers.authorization).toBe(authorization);
    const signature = String(call?.headers['x-hmac']);
    expect(signature).toMatch(/^[0-9a-f]{40}$/);
    const isSignedWith = (secret: string) =>
      verifySignature(Buffer.from(call?.body ?? ''), signature, [secret]);
    expect([isSignedWith(SECRET), isSignedWith('')]).toEqual([isRight, false]);
  });
});

it('an answer comes with the time before and after it', async () => {
  let now = 1_000;
  const none = () => Promise.resolve({ kind: 'none' } as const);
  const intake = createIntake({
    url: server.url,
    hmacSecret: none,
    basicAuth: none,
    now: () => (now += 1_000),
  });
  expect(await intake.get()).toMatchObject({ status: 200, askedAt: 2_000, answeredAt: 3_000 });
});
