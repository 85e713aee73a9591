import { format, inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { readConfig } from '../../../shared/config.ts';
import { SecretText } from '../../../shared/secret-text.ts';

const secret = new SecretText('marker');

it('gives its value to who asks for it', () => {
  expect(secret.reveal()).toBe('marker');
});

it.each([
  ['text', String(secret)],
  ['concatenation', ['', ''].join(String(secret))],
  ['util.inspect', inspect(secret)],
  ['console.log', format('%s %o %O', secret, secret, secret)],
])('prints as [secret] in %s', (_, printed) => {
  expect(printed).toContain('[secret]');
  expect(printed).not.toContain('marker');
});

it('prints as [secret] in JSON', () => {
  expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
});

it.each([
  ['inspect without custom printing', () => inspect(secret, { customInspect: false })],
  ['inspect with hidden properties', () => inspect(secret, { showHidden: true, depth: 9 })],
  ['its entries', () => JSON.stringify(Object.entries(secret))],
  ['its own properties', () => JSON.stringify(Object.getOwnPropertyDescriptors(secret))],
  ['a copy', () => JSON.stringify(Object.assign({}, secret))],
])('keeps its value from %s', (_, print) => {
  expect(print()).not.toContain('marker');
});

it('is what a configuration holds, as a whole and one by one', () => {
  const config = readConfig('localStack', {
    HMAC_SECRETS: 'marker-1,marker-2',
    BASIC_AUTH: 'user:marker-3',
    DESTINATION_CREDENTIALS: 'user:marker-4',
  });
  expect(config.HMAC_SECRETS.map((one) => one.reveal())).toEqual(['marker-1', 'marker-2']);
  expect(config.BASIC_AUTH?.reveal()).toBe('user:marker-3');
  expect(config.DESTINATION_CREDENTIALS?.reveal()).toBe('user:marker-4');
  for (const printed of [inspect(config, { depth: 9 }), JSON.stringify(config)]) {
    expect(printed).not.toContain('marker');
    expect(printed.match(/\[secret\]/g)).toHaveLength(4);
  }
});
