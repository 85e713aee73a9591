import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../shared/errors.ts';
import { describedDestination, thirdPartyForEachTest, type Reaction } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const probe = { method: 'GET', path: '/accounts/{{options.account}}', query: { limit: '1' } };
const options = { account: { text: 'the account' } };

function destinationWith(fields: object = {}, account = 'a 1') {
  const description = { probe, options, auth: { type: 'basic' }, ...fields };
  return describedDestination(thirdParty.url, description, { options: { account } });
}

function probed(reaction: Reaction, fields: object = {}): Promise<unknown> {
  thirdParty.reactWith(reaction);
  const result = destinationWith(fields).probe?.();
  return result?.catch((reason: unknown) => reason) ?? Promise.reject(new Error('no probe'));
}

it('a platform that describes none has none', () => {
  expect(describedDestination(thirdParty.url)).not.toHaveProperty('probe');
});

it('is the call that is described, with options and credentials', async () => {
  expect(await probed({ status: 204 })).toBeUndefined();
  expect(thirdParty.call()).toMatchObject({ method: 'GET', url: '/accounts/a%201?limit=1' });
  expect(thirdParty.call().headers.authorization).toBe(`Basic ${btoa('user:p\u00c3\u00a4ssword')}`);
});

it.each([401, 403, 302])('an answer of %i says that an operator must act', async (status) => {
  expect(await probed({ status })).toMatchObject({
    code: 'DESTINATION_MISCONFIGURED',
    details: { status, fault: true },
    message: expect.stringMatching(
      `^Acme Ads answered ${status}: check .*DESTINATION_CREDENTIALS$`,
    ),
  });
});

it.each([400, 404, 422])('an answer of %i is about the call alone', async (status) => {
  const error = await probed({ status });
  expect(error).toMatchObject({ code: 'DESTINATION_MISCONFIGURED', details: { status } });
  expect(error).not.toHaveProperty('details.fault');
});

it.each<Reaction>([{ status: 429 }, { status: 503 }, 'reset'])(
  '%j tells nothing about the credentials: ask later',
  async (reaction) => {
    expect(await probed(reaction)).toMatchObject({
      code: 'DESTINATION_UNAVAILABLE',
      message: expect.stringContaining('Acme Ads cannot be asked now'),
    });
  },
);

it.each([
  ['the call', { probe: { ...probe, answers: [{ status: [200], means: 'fault' }] } }],
  ['the platform', { answers: [{ status: [200], at: '/id', in: ['seg-1'], means: 'fault' }] }],
])('what an answer means may be said for %s', async (_, fields) => {
  const reaction = { status: 200, body: '{"id":"seg-1"}' };
  expect(await probed(reaction, fields)).toMatchObject({ code: 'DESTINATION_MISCONFIGURED' });
});

it('OAuth credentials are tried by getting a token', async () => {
  const auth = { type: 'oauth2-client-credentials', tokenUrl: '/token' };
  expect(await probed({ status: 400 }, { auth })).toMatchObject({
    code: 'DESTINATION_MISCONFIGURED',
  });
  expect(thirdParty.call().url).toBe('/token');
});

it('an option that cannot stand in the path is named, and nobody is called', async () => {
  const error = await destinationWith({}, '..')
    .probe?.()
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(String(error)).toContain('DESTINATION_OPTIONS');
  expect(thirdParty.calls).toEqual([]);
});

describe('a wrong description of it is refused', () => {
  it.each<[string, object, string]>([
    ['a title', { path: '/segments/{{title}}' }, 'probe.path: {{title}} has no value here'],
    ['a user', { query: { q: '{{user}}' } }, 'probe.query: {{user}} has no value here'],
    ['a body of a GET', { body: { json: {} } }, 'probe.method: a GET has no body'],
    ['half a rule', { answers: [{ at: '/a', means: 'ok' }] }, 'probe.answers.0: at and in go'],
    ['a call that changes something', { method: 'DELETE' }, 'probe.method'],
    ['an unknown key', { segment: { at: '/id' } }, 'probe: unknown: segment'],
  ])('%s', (_, fields, problem) => {
    expect(() => destinationWith({ probe: { ...probe, ...fields } })).toThrow(problem);
  });
});
