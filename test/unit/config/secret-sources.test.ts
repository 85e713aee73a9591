import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../shared/config.ts';

const NAME = 'projects/my-project/secrets/hmac';

describe("intake's HMAC secret", () => {
  const needed = { GOOGLE_CLOUD_PROJECT: 'p', TOPIC: 't', CONTROL_TOPIC: 'c', DESTINATION: 'd' };
  const onlyOne = 'HMAC_SECRET_NAME, HMAC_SECRETS: set exactly one of them';

  it('comes from Secret Manager', () => {
    const config = readConfig('intake', { ...needed, HMAC_SECRET_NAME: NAME });
    expect(config).toMatchObject({ HMAC_SECRET_NAME: NAME });
    expect(config.HMAC_SECRETS).toBeUndefined();
  });

  it('or from the environment, newest first', () => {
    const config = readConfig('intake', { ...needed, HMAC_SECRETS: 'new,,old,' });
    expect(config.HMAC_SECRETS?.map((secret) => secret.reveal())).toEqual(['new', 'old']);
    expect(config.HMAC_SECRET_NAME).toBeUndefined();
  });

  it('without the spaces and line breaks around it, which no sender signs with', () => {
    const config = readConfig('intake', { ...needed, HMAC_SECRETS: ' new key ,\t, old\r\n' });
    expect(config.HMAC_SECRETS?.map((secret) => secret.reveal())).toEqual(['new key', 'old']);
  });

  it('from one of them when the other is empty, as Terraform leaves it', () => {
    const variables = { ...needed, HMAC_SECRETS: 's', HMAC_SECRET_NAME: '' };
    expect(() => readConfig('intake', variables)).not.toThrow();
  });

  it.each([
    ['neither', {}],
    ['neither, but empty', { HMAC_SECRETS: '', HMAC_SECRET_NAME: '' }],
    ['both', { HMAC_SECRETS: 's', HMAC_SECRET_NAME: NAME }],
  ])('but not from %s', (_, variables) => {
    expect(() => readConfig('intake', { ...needed, ...variables })).toThrow(onlyOne);
  });
});

describe("intake's Basic Auth", () => {
  const rest = {
    GOOGLE_CLOUD_PROJECT: 'p',
    TOPIC: 't',
    CONTROL_TOPIC: 'c',
    HMAC_SECRETS: 's',
    DESTINATION: 'd',
  };

  it('is off without variables', () => {
    const config = readConfig('intake', rest);
    expect([config.BASIC_AUTH, config.BASIC_AUTH_SECRET_NAME]).toEqual([undefined, undefined]);
  });

  it.each([{ BASIC_AUTH: 'user:password' }, { BASIC_AUTH_SECRET_NAME: NAME }])(
    'is set by %j',
    (variables) => {
      expect(() => readConfig('intake', { ...rest, ...variables })).not.toThrow();
    },
  );

  it('is not set by both', () => {
    const both = { BASIC_AUTH: 'user:password', BASIC_AUTH_SECRET_NAME: NAME };
    expect(() => readConfig('intake', { ...rest, ...both })).toThrow(
      'BASIC_AUTH_SECRET_NAME, BASIC_AUTH: set at most one of them',
    );
  });
});

describe("forward's credentials", () => {
  const rest = {
    GOOGLE_CLOUD_PROJECT: 'p',
    DEAD_LETTER_TOPIC: 'd',
    PULL_SUBSCRIPTION: 's',
    WAKE_SUBSCRIPTION: 'w',
    DESTINATION: 'd',
  };

  it.each([
    {},
    { DESTINATION_CREDENTIALS: 'user:password' },
    { DESTINATION_CREDENTIALS_SECRET_NAME: NAME },
  ])('may be %j', (variables) => {
    expect(() => readConfig('forward', { ...rest, ...variables })).not.toThrow();
  });

  it('are not set by both', () => {
    const both = { DESTINATION_CREDENTIALS: 'u:p', DESTINATION_CREDENTIALS_SECRET_NAME: NAME };
    expect(() => readConfig('forward', { ...rest, ...both })).toThrow(
      'DESTINATION_CREDENTIALS_SECRET_NAME, DESTINATION_CREDENTIALS: set at most one of them',
    );
  });
});
