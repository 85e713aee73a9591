import { expect, test } from '@jest/globals';
import { curlCommand } from '../../../../cli/dmp/curl-command.ts';
import { signCall } from '../../../../cli/dmp/dmp-client.ts';

const TARGET = { url: 'http://127.0.0.1:1', secret: 'hmac-marker', basicAuth: 'mapp:password' };
const HEADER = `Authorization: Basic ${btoa(TARGET.basicAuth)}`;

const callOf = (name: string) => signCall(TARGET, 'CREATE_AUDIENCE', { Name: name });

test('the password is taken from BASIC_AUTH, unless it is to be shown', () => {
  const hidden = curlCommand(callOf('A'));
  expect(hidden).toContain(' -u "$BASIC_AUTH" ');
  expect(hidden).not.toContain(HEADER);
  const shown = curlCommand(callOf('A'), { showsPassword: true });
  expect(shown).toContain(` -H '${HEADER}' `);
  expect(shown).not.toContain('BASIC_AUTH');
  expect(hidden + shown).not.toContain('hmac-marker');
});

test.each([
  ['short', 'x'.repeat(1_000), false],
  ['of many characters', 'x'.repeat(110_000), true],
  ['of many bytes in fewer characters', 'ç'.repeat(70_000), true],
])('a body %s is an argument only where Linux takes it', (_, name, isPiped) => {
  expect(curlCommand(callOf(name)).startsWith('printf ')).toBe(isPiped);
});
