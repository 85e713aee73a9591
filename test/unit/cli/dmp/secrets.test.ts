import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { askSecret } from '../../../../cli/dmp/ask-secret.ts';
import { isOnThisMachine } from '../../../../cli/dmp/target.ts';
import { startTestStack, type TestStack } from '../stack/test-stack.ts';

const SECRETS = { HMAC_SECRETS: 'hmac-marker,older-marker', BASIC_AUTH: 'mapp:basic-marker' };

let relay: TestStack;
let folder: string;
beforeAll(async () => {
  relay = await startTestStack(SECRETS);
  folder = mkdtempSync(join(tmpdir(), 'audience-relay-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await relay.stack.stop();
});

function fileWith(text: string): string {
  const file = join(folder, 'secret');
  writeFileSync(file, text);
  return file;
}

const UNSET = { HMAC_SECRETS: undefined, BASIC_AUTH: undefined };

test('from files, without the line end behind them', async () => {
  const basic = join(folder, 'basic');
  writeFileSync(basic, 'mapp:basic-marker\n');
  const args = ['--secret-file', fileWith('hmac-marker\r\n'), '--basic-auth-file', basic];
  const { code, stdout, stderr } = await relay.cli(['dmp', 'validate', ...args], UNSET);
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain('marker');
});

test('the first of HMAC_SECRETS signs; none is ever written', async () => {
  expect((await relay.cli(['dmp', 'validate'])).code).toBe(0);
  const changes = { HMAC_SECRETS: 'wrong-marker,hmac-marker' };
  const { code, stdout, stderr } = await relay.cli(['dmp', 'add', 'a.1', 'ann'], changes);
  expect(code).toBe(1);
  expect(stdout + stderr).not.toContain('marker');
});

test('2: without any, a relay elsewhere is not called; on this machine it is local-secret', async () => {
  const elsewhere = ['dmp', 'validate', '--url', 'https://relay.invalid'];
  const { code, stdout, stderr } = await relay.cli(elsewhere, UNSET);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('HMAC_SECRETS');
  const local = await startTestStack();
  expect((await local.cli(['dmp', 'validate'])).code).toBe(0);
  await local.stack.stop();
});

test.each([
  ['a file that is not there', ['--secret-file', '/nonexistent/secret'], 'cannot be read'],
  ['two secrets', ['--secret', 'a', '--secret-file', 'b'], 'cannot be used with'],
  ['a prompt without a terminal', ['--ask-secret'], '--secret-file'],
])('2: %s', async (_, args, text) => {
  const { code, stderr } = await relay.cli(['dmp', 'validate', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(text);
});

test('2: an empty file, and a password without its user', async () => {
  const empty = await relay.cli(['dmp', 'validate', '--secret-file', fileWith('\n')]);
  expect(empty.code).toBe(2);
  expect(empty.stderr).toContain('is empty');
  const file = fileWith('password-marker');
  const noUser = await relay.cli(['dmp', 'validate', '--basic-auth-file', file]);
  expect(noUser.code).toBe(2);
  expect(noUser.stderr).toContain('user:password');
  expect(noUser.stderr).not.toContain('marker');
});

test.each([
  ['http://127.0.0.1:8080', true],
  ['https://localhost', true],
  ['http://[::1]:1', true],
  ['https://relay.example.com', false],
  ['https://127.0.0.1.example.com', false],
  ['https://localhost@example.com', false],
])('%s is on this machine: %s', (url, expected) => {
  expect(isOnThisMachine(url)).toBe(expected);
});

describe('asking', () => {
  const terminal = () => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    return { input, output };
  };

  test('gets what is typed, and does not show it', async () => {
    const { input, output } = terminal();
    const asked = askSecret('Secret: ', { input, output });
    input.write('hmac-marker\r');
    expect(await asked).toBe('hmac-marker');
    expect(String(output.read())).toBe('Secret: \n');
  });

  test.each([
    ['an empty line', '\r'],
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s gives none', async (_, typed) => {
    const { input, output } = terminal();
    const asked = askSecret('Secret: ', { input, output });
    input.write(typed);
    await expect(asked).rejects.toMatchObject({ exitCode: 2, message: 'No secret was given.' });
  });
});
