import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { environment } from '../../../../shared/config.ts';
import { startTestStack, type TestStack } from '../stack/test-stack.ts';

const SECRETS = { HMAC_SECRETS: 'hmac-marker', BASIC_AUTH: 'mapp:basic-marker' };
const ENCODED = Buffer.from(SECRETS.BASIC_AUTH).toString('base64');

let relay: TestStack;
beforeAll(async () => {
  relay = await startTestStack(SECRETS);
});
afterAll(() => relay.stack.stop());

/** Runs what was printed as a person does who pastes it. */
function paste(command: string): Promise<string> {
  const { PATH } = environment;
  const env = { PATH, BASIC_AUTH: SECRETS.BASIC_AUTH };
  return new Promise((resolve) => {
    const shell = execFile('sh', { env, timeout: 240_000 }, (_error, stdout) => {
      resolve(stdout);
    });
    shell.stdin?.end(command);
  });
}

async function dryRun(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await relay.cli(['dmp', ...args, '--dry-run']);
  expect(code).toBe(0);
  for (const secret of ['hmac-marker', 'basic-marker', ENCODED]) {
    expect(stdout + stderr).not.toContain(secret);
  }
  return stdout;
}

test('validate: both calls work when they are pasted', async () => {
  const commands = (await dryRun('validate')).trim().split('\n\n');
  expect(commands).toHaveLength(2);
  for (const command of commands) expect(await paste(command)).toMatch(/^HTTP\/1\.1 200 /);
});

test('create: nothing is sent; pasted, it is, whatever the name', async () => {
  const command = await dryRun('create', 'a.1', '--name', `It's "$HOME" \`x\` \\`);
  expect(await relay.pangolin.segments()).toEqual([]);
  expect(await paste(command)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await relay.pangolin.segments()).toMatchObject([{ title: `It's "$HOME" \`x\` \\` }]);
  const tampered = command.replace('"Customer":123', '"Customer":124');
  expect(await paste(tampered)).toMatch(/^HTTP\/1\.1 401 /);
});

test.each(['add', 'remove'])('%s: the first request alone', async (name) => {
  const command = await dryRun(name, 'a.1', '--generate', '1000000', '--prefix', "o'");
  expect(command.match(/^curl /gm)).toHaveLength(1);
  expect(await paste(command)).toContain('{"accepted":100,"rejected":0}');
});

test('a request that is longer than an argument may be works as well', async () => {
  const command = await dryRun('add', 'a.1', '--generate', '2000', '--batch', '2000');
  expect(await paste(command)).toContain('{"accepted":2000,"rejected":0}');
});
