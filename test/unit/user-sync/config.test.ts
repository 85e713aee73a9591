import { describe, expect, it } from '@jest/globals';
import { readConfig, type Environment } from '../../../shared/config.ts';

const NAME = 'projects/my-project/secrets/relay-sync';

it('user sync needs no variable', () => {
  expect(readConfig('userSync', {})).toStrictEqual({
    LOG_LEVEL: 'info',
    SYNC_ALLOWED_HOSTS: ['go.flx1.com'],
    SYNC_COOKIE_DAYS: 390,
    SYNC_COOKIE_PARTITIONED: false,
    SYNC_REQUIRE_CONSENT: false,
    SYNC_SIGNATURE_NAME: 'signature',
    SYNC_SIGNED_PARAMETERS: ['out'],
  });
});

it('every variable of user sync is read, by the function and by the local stack', () => {
  const variables = {
    SYNC_ALLOWED_HOSTS: 'go.flx1.com, GO.example.com',
    SYNC_PLATFORM_COOKIE: '__Host-uid',
    SYNC_COOKIE_DAYS: '400',
    SYNC_COOKIE_PARTITIONED: 'true',
    SYNC_REQUIRE_CONSENT: 'true',
    SYNC_TCF_VENDOR_ID: '65535',
    SYNC_SECRETS: 'newest,older',
    SYNC_SIGNATURE_NAME: 'sig',
    SYNC_SIGNED_PARAMETERS: 'partner, out',
  };
  for (const program of ['userSync', 'localStack'] as const) {
    const { SYNC_SECRETS: secrets, ...config } = readConfig(program, variables);
    expect(secrets?.map((secret) => secret.reveal())).toEqual(['newest', 'older']);
    expect(config).toMatchObject({
      SYNC_ALLOWED_HOSTS: ['go.flx1.com', 'go.example.com'],
      SYNC_PLATFORM_COOKIE: '__Host-uid',
      SYNC_COOKIE_DAYS: 400,
      SYNC_COOKIE_PARTITIONED: true,
      SYNC_REQUIRE_CONSENT: true,
      SYNC_TCF_VENDOR_ID: 65_535,
      SYNC_SIGNATURE_NAME: 'sig',
      SYNC_SIGNED_PARAMETERS: ['partner', 'out'],
    });
  }
});

describe('user sync does not start with', () => {
  it.each<[string, Environment]>([
    ['a host that has a scheme', { SYNC_ALLOWED_HOSTS: 'https://go.flx1.com' }],
    ['a host that has a port', { SYNC_ALLOWED_HOSTS: 'go.flx1.com:443' }],
    ['a host that has a path', { SYNC_ALLOWED_HOSTS: 'go.flx1.com/uid' }],
    ['a host that is a pattern', { SYNC_ALLOWED_HOSTS: '*.flx1.com' }],
    ['a host that is an address', { SYNC_ALLOWED_HOSTS: '127.0.0.1' }],
    ['a host without a domain', { SYNC_ALLOWED_HOSTS: 'localhost' }],
    ['a host in other scripts', { SYNC_ALLOWED_HOSTS: 'gо.flx1.com' }],
    ['no host at all', { SYNC_ALLOWED_HOSTS: ' , ' }],
    ['a cookie with its value', { SYNC_PLATFORM_COOKIE: 'uid=1' }],
    ['two cookies', { SYNC_PLATFORM_COOKIE: 'uid;id' }],
    ['a cookie for longer than browsers keep one', { SYNC_COOKIE_DAYS: '401' }],
    ['a cookie for no time', { SYNC_COOKIE_DAYS: '0' }],
    ['half a policy', { SYNC_REQUIRE_CONSENT: 'yes' }],
    ['a vendor beyond the list', { SYNC_TCF_VENDOR_ID: '65536' }],
    ['a signature in out', { SYNC_SIGNATURE_NAME: 'out' }],
    ['a signature in what is no name', { SYNC_SIGNATURE_NAME: 'a=b' }],
    ['a signature that leaves out alone', { SYNC_SIGNED_PARAMETERS: 'partner' }],
    ['a signature of what is no name', { SYNC_SIGNED_PARAMETERS: 'out,a&b' }],
    ['two sources of its secret', { SYNC_SECRETS: 's', SYNC_SECRET_NAME: NAME }],
    ['a secret without its project', { SYNC_SECRET_NAME: 'relay-sync' }],
  ])('%s', (_, variables) => {
    const names = Object.keys(variables).join('|');
    expect(() => readConfig('userSync', variables)).toThrow(new RegExp(`- (${names})\\b`));
  });
});

it('what is wrong names the input of Terraform', () => {
  const variables = { SYNC_COOKIE_DAYS: '401' };
  const text = 'SYNC_COOKIE_DAYS: must be 400 at most (Terraform: user_sync.cookie_days)';
  expect(() => readConfig('userSync', variables)).toThrow(text);
});

it('a secret does not print', () => {
  const config = readConfig('userSync', { SYNC_SECRETS: 'sync-secret' });
  expect(JSON.stringify(config)).not.toContain('sync-secret');
});
