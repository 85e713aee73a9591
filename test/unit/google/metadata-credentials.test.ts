import { expect, test } from '@jest/globals';
import { createMetadataCredentials } from '../../../shared/google/metadata-credentials.ts';
import { eventually } from '../../setup/eventually.ts';
import { settlesWithin } from '../../setup/machine-time.ts';
import { answer, neverAnswer, scriptedServer } from './scripted-server.ts';

const server = scriptedServer();
const LIFE_SECONDS = 3_600;
const RENEW_AT = LIFE_SECONDS * 1_000 - 4 * 60_000;
const tokenOf = (name: string) =>
  answer(200, { access_token: name, expires_in: LIFE_SECONDS, token_type: 'Bearer' });
const headersOf = (name: string) => ({ Authorization: `Bearer ${name}` });

/** Long enough for a request that nobody waits for to arrive. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 50));

function credentialsAt(clock: { time: number }) {
  return createMetadataCredentials({ baseUrl: server.url, now: () => clock.time });
}

test("asks for the token of the function's own account, with the header that is demanded", async () => {
  server.replyWith(tokenOf('one'));
  expect(await credentialsAt({ time: 0 })()).toEqual(headersOf('one'));
  expect(server.received).toMatchObject([
    { method: 'GET', path: '/computeMetadata/v1/instance/service-accounts/default/token' },
  ]);
  expect(server.received[0]?.headers['metadata-flavor']).toBe('Google');
});

test('asks once for all who need it at the same time', async () => {
  server.replyWith(tokenOf('one'), tokenOf('two'));
  const credentials = credentialsAt({ time: 0 });
  const all = await Promise.all(Array.from({ length: 100 }, () => credentials()));
  expect(all).toEqual(all.map(() => headersOf('one')));
  expect(server.received).toHaveLength(1);
});

test('keeps the token until four minutes before its end, and nobody waits for the next', async () => {
  server.replyWith(tokenOf('one'), tokenOf('two'));
  const clock = { time: 0 };
  const credentials = credentialsAt(clock);
  await credentials();
  clock.time = RENEW_AT - 1;
  expect(await credentials()).toEqual(headersOf('one'));
  await aMoment();
  expect(server.received).toHaveLength(1);

  clock.time = RENEW_AT;
  expect(await Promise.all([credentials(), credentials()])).toEqual([
    headersOf('one'),
    headersOf('one'),
  ]);
  await eventually(async () => {
    expect(await credentials()).toEqual(headersOf('two'));
  });
  expect(server.received).toHaveLength(2);

  // Its life counts from when it was asked for.
  clock.time = RENEW_AT * 2 - 1;
  expect(await credentials()).toEqual(headersOf('two'));
  await aMoment();
  expect(server.received).toHaveLength(2);
});

test('a renewal that fails leaves the token in force until its end, and no longer', async () => {
  server.replyWith(tokenOf('one'), answer(404, 'no such account'));
  const clock = { time: 0 };
  const credentials = credentialsAt(clock);
  await credentials();
  clock.time = LIFE_SECONDS * 1_000 - 1;
  expect(await credentials()).toEqual(headersOf('one'));
  await eventually(() => {
    expect(server.received).toHaveLength(2);
  });

  clock.time = LIFE_SECONDS * 1_000;
  await expect(credentials()).rejects.toMatchObject({ code: 'HTTP_404' });
  server.replyWith(tokenOf('three'));
  await eventually(async () => {
    expect(await credentials()).toEqual(headersOf('three'));
  });
});

test('a metadata server that hangs holds nobody up while the token is valid', async () => {
  server.replyWith(tokenOf('one'), neverAnswer);
  const clock = { time: 0 };
  const credentials = credentialsAt(clock);
  await credentials();
  clock.time = RENEW_AT;
  const reading = credentials();
  expect(await settlesWithin(reading, 1_000)).toBe(true);
  expect(await reading).toEqual(headersOf('one'));
});

test('without a token it throws, and asks again at the next call', async () => {
  server.replyWith(answer(403, ''), answer(200, { unexpected: true }), tokenOf('one'));
  const credentials = credentialsAt({ time: 0 });
  await expect(credentials()).rejects.toMatchObject({ code: 'HTTP_403' });
  await expect(credentials()).rejects.toMatchObject({ name: 'ZodError' });
  expect(await credentials()).toEqual(headersOf('one'));
});
