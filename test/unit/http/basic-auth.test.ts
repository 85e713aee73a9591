import { describe, expect, it } from '@jest/globals';
import { basicAuthHeader, basicAuthMatches } from '../../../shared/http/basic-auth.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

it("the header is RFC 7617's example", () => {
  expect(basicAuthHeader('Aladdin:open sesame')).toBe('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  expect(basicAuthHeader('test:123£')).toBe('Basic dGVzdDoxMjPCow==');
});

describe('the header matches', () => {
  it.each(['user:password', 'user:pass:word', 'üser:pässword', 'user: '])(
    'for %j',
    (credentials) => {
      expect(basicAuthMatches(basicAuthHeader(credentials), [credentials])).toBe(true);
    },
  );

  it.each(['basic', 'BASIC', 'bAsIc'])('with the scheme written %s', (scheme) => {
    expect(basicAuthMatches(`${scheme} ${base64('user:password')}`, ['user:password'])).toBe(true);
  });

  it('with any of the accepted credentials', () => {
    const accepted = ['user:new', 'user:old'];
    expect(basicAuthMatches(basicAuthHeader('user:new'), accepted)).toBe(true);
    expect(basicAuthMatches(basicAuthHeader('user:old'), accepted)).toBe(true);
    expect(basicAuthMatches(basicAuthHeader('user:older'), accepted)).toBe(false);
  });
});

it.each([
  ['missing', undefined],
  ['empty', ''],
  ['the scheme alone', 'Basic'],
  ['without credentials', 'Basic '],
  ['of another scheme', `Bearer ${base64('user:password')}`],
  ['without a scheme', base64('user:password')],
  ['the credentials in clear', 'Basic user:password'],
  ['another password', basicAuthHeader('user:passwort')],
  ['another user', basicAuthHeader('User:password')],
  ['part of the password', basicAuthHeader('user:passwor')],
  ['more than the password', basicAuthHeader('user:password1')],
  ['the user alone', basicAuthHeader('user:')],
])('a header that is %s does not match', (_, header) => {
  expect(basicAuthMatches(header, ['user:password'])).toBe(false);
});

it('nothing matches when nothing is accepted', () => {
  expect(basicAuthMatches(basicAuthHeader('user:password'), [])).toBe(false);
  expect(basicAuthMatches(basicAuthHeader(''), [])).toBe(false);
});
