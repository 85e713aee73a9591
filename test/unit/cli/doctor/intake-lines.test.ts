import { describe, expect, it } from '@jest/globals';
import type { Known } from '../../../../cli/doctor/intake.ts';
import { answered, destination, intake } from './healthy-deployment.ts';
import { lineOf, testFaults } from './line-of.ts';
import { ConfigurationError, DestinationError } from '../../../../shared/errors.ts';

const gone = () =>
  Promise.resolve({ kind: 'unanswered', reason: 'no answer (ECONNREFUSED)' } as const);
const answers = (status: number) => () => Promise.resolve(answered(status));
const known = (kind: Exclude<Known['kind'], 'known'>) => () => Promise.resolve({ kind } as const);
const at = (changes: Parameters<typeof intake>[0]) => ({ intake: intake(changes) });
const refusing = (error: Error) => ({
  destination: destination({ probe: () => Promise.reject(error) }),
});

describe('what is wrong with intake fails with what to do', () => {
  testFaults('fail', [
    ['intake', 'away', at({ get: gone }), 'no answer (ECONNREFUSED)', 'INTAKE_URL'],
    ['intake', 'not there', at({ get: answers(404) }), 'answers 404', 'INTAKE_URL'],
    ['intake', 'not public', at({ get: answers(403) }), 'answers 403', 'allUsers'],
    ['intake', 'without its secret', at({ get: answers(503) }), '503', 'SECRET_UNAVAILABLE'],
    ['intake', 'refusing us', at({ get: answers(401) }), 'refuses the newest', 'basic_auth'],
    [
      'intake',
      'with Basic Auth that nobody configured',
      at({ get: answers(401), basicAuth: known('none') }),
      'demands Basic Auth',
      'BASIC_AUTH_SECRET_NAME',
    ],
    [
      'intake',
      'without the Basic Auth that is configured',
      at({ get: answers(200), basicAuth: known('unknown') }),
      'demands no Basic Auth, though there is a secret',
      'terraform apply',
    ],
    [
      'signed call',
      'refused',
      at({ validate: answers(401) }),
      'signed with the newest HMAC secret, is refused',
      'HMAC_SECRET_NAME',
    ],
    ['signed call', 'cut off', at({ validate: gone }), 'ECONNREFUSED', 'INTAKE_URL'],
    ['signed call', 'unchecked', at({ validate: answers(503) }), '503', 'SECRET_UNAVAILABLE'],
    [
      'wrong signature',
      'accepted',
      at({ validateWrongly: answers(200) }),
      'a wrong signature is accepted: anybody can send mutations',
      'INTAKE_URL',
    ],
    [
      'wrong signature',
      'unchecked',
      at({ validateWrongly: answers(503) }),
      'VALIDATE is answered 503',
      'SECRET_UNAVAILABLE',
    ],
  ]);
});

describe('what cannot be asked of intake is skipped', () => {
  it.each([
    ['signed call', at({ get: gone }), 'intake did not answer'],
    ['wrong signature', at({ get: gone }), 'intake did not answer'],
    ['clock', at({ get: gone }), 'intake did not answer'],
    ['signed call', at({ hmacSecret: known('unknown') }), 'no HMAC secret to sign with'],
    ['signed call', at({ get: answers(401) }), 'Basic Auth is refused'],
    [
      'wrong signature',
      at({ get: answers(401), basicAuth: known('unknown') }),
      'Basic Auth cannot be read from here',
    ],
  ])('%s', async (name, changes, text) => {
    const line = await lineOf(name, changes);
    expect(line).toEqual({ status: 'skip', text: expect.stringContaining(text), advice: '' });
  });
});

it('intake that demands Basic Auth is ok, though it cannot be read from here', async () => {
  const changes = at({ get: answers(401), basicAuth: known('unknown') });
  expect((await lineOf('intake', changes)).status).toBe('ok');
});

describe('the destination', () => {
  testFaults('fail', [
    [
      'destination',
      'refusing the credentials',
      refusing(new DestinationError('DESTINATION_MISCONFIGURED', 'Acme answered 401')),
      'Acme answered 401',
      'as a new version of their secret',
    ],
    [
      'destination',
      'away',
      refusing(new DestinationError('DESTINATION_UNAVAILABLE', 'Acme cannot be asked now')),
      'Acme cannot be asked now',
      'Run it again later',
    ],
    [
      'destination',
      'with credentials that are written otherwise',
      refusing(new ConfigurationError(['DESTINATION_CREDENTIALS: acme needs a JSON object'])),
      'cannot be asked',
      'DESTINATION_CREDENTIALS: acme needs a JSON object',
    ],
  ]);

  it('without a call that changes nothing is skipped, with what to do instead', async () => {
    const without = destination();
    delete without.probe;
    const line = await lineOf('destination', { destination: without });
    expect(line.status).toBe('skip');
    expect(line.text).toContain('`destination try` creates a segment');
  });

  it('is not asked without its credentials', async () => {
    const credentials = () => Promise.resolve({ kind: 'forbidden' } as const);
    const line = await lineOf('destination', {
      credentials,
      ...refusing(new Error('it was asked')),
    });
    expect(line).toMatchObject({
      status: 'skip',
      text: 'its credentials cannot be read from here',
    });
  });
});
