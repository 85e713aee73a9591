import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../../../setup/eventually.ts';
import { startCli } from '../stack/started-cli.ts';
import { startTestStack, type TestStack } from '../stack/test-stack.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audience-relay-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let relay: TestStack;
beforeEach(async () => {
  relay = await startTestStack();
  await relay.cli(['dmp', 'create', 'a.1', '--name', 'VIPs']);
});
afterEach(() => relay.stack.stop());

const dmp = (...args: string[]) => relay.cli(['dmp', ...args]);
const expectMembers = (users: readonly string[]) =>
  eventually(async () => {
    expect(await relay.members()).toEqual(users.toSorted());
  });

test('0: users that are named are added, and removed', async () => {
  const added = await dmp('add', 'a.1', 'ann', 'bob', 'cem');
  expect([added.code, added.stdout]).toEqual([0, 'Accepted: 3 mutations in 1 request.\n']);
  await expectMembers(['ann', 'bob', 'cem']);
  const removed = await dmp('remove', 'a.1', 'bob');
  expect([removed.code, removed.stdout]).toEqual([0, 'Accepted: 1 mutation in 1 request.\n']);
  await expectMembers(['ann', 'cem']);
});

test('the users of a file, whatever its line ends', async () => {
  const file = join(folder, 'users.txt');
  writeFileSync(file, '\u{feff}ann\r\n\n  bob \n\r\nçem');
  const { code, stdout } = await dmp('add', 'a.1', '--users-file', file, '--json');
  expect(code).toBe(0);
  const report = { requests: 1, accepted: 3, rejected: 0, failed: 0, interrupted: false };
  expect(JSON.parse(stdout)).toEqual(report);
  await expectMembers(['ann', 'bob', 'çem']);
});

test('made-up users, in micro-batches; progress as lines of JSON with the rate', async () => {
  const { code, stdout, stderr } = await dmp('add', 'a.1', '--generate', '250', '--prefix', 'u');
  expect([code, stdout]).toEqual([0, 'Accepted: 250 mutations in 3 requests.\n']);
  const last = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as object;
  expect(last).toEqual({ progress: { done: 250, total: 250, perSecond: expect.any(Number) } });
  await expectMembers(Array.from({ length: 250 }, (_, index) => `u${index + 1}`));
});

test('standard input is sent after a second, not only at its end', async () => {
  const started = startCli(['dmp', 'add', 'a.1', '--stdin'], relay.variables);
  started.stdin.write('ann\nbo');
  await expectMembers(['ann']);
  started.stdin.end('b\n');
  expect(await started.ended).toMatchObject({
    code: 0,
    stdout: 'Accepted: 2 mutations in 2 requests.\n',
  });
  await expectMembers(['ann', 'bob']);
});

test('1: Ctrl-C sends no more, and tells how many were accepted', async () => {
  const started = startCli(['dmp', 'add', 'a.1', '--stdin', '--batch', '2'], relay.variables);
  started.stdin.write('ann\nbob\ncem\n');
  await started.says('"done":2');
  started.interrupt();
  const { code, stdout, stderr } = await started.ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/^Accepted: [23] mutations/);
  expect(stderr).toContain('Stopped before the last user.');
});

test('0: what intake sets aside is counted, with where it is; the rest is added', async () => {
  const { code, stdout } = await dmp('add', 'a.1', 'ann', 'x'.repeat(600));
  expect(code).toBe(0);
  expect(stdout).toContain('Accepted: 1 mutation in 1 request.');
  expect(stdout).toContain('Set aside: 1 mutation; audience-relay dead-letters list');
  await expectMembers(['ann']);
});

test('1: a refused request ends it, also while standard input is open', async () => {
  const args = ['dmp', 'add', 'a.1', '--stdin', '--batch', '1', '--concurrency', '1'];
  const started = startCli([...args, '--secret', 'wrong'], relay.variables);
  started.stdin.write('ann\nbob\n');
  const { code, stdout, stderr } = await started.ended;
  expect(code).toBe(1);
  expect(stdout).toBe('Accepted: 0 mutations in 1 request.\nFailed: 1 mutation.\n');
  expect(stderr).toMatch(/answered 401: X-HMAC.*\n.*HMAC_SECRETS.*\nNothing was sent after that\./);
});

test.each([
  [['add', 'a.1'], 'Name the users, or give one of'],
  [['add', 'a.1', 'ann', '--generate', '3'], 'Name the users, or give one of'],
  [['add', 'a.1', '--stdin', '--ask-secret'], '--secret-file'],
  [['add', 'a.1', 'ann', '--ask-secret'], 'needs a terminal'],
  [['add', 'a.1', '--generate', '0'], 'from 1 to'],
  [['add', 'a.1', 'ann', '--batch', '0'], 'from 1 to 10000'],
  [['add', 'a.1', '--users-file', '/nonexistent/users'], 'cannot be read'],
  [['add', 'a.1', 'ann', '--url', 'http://example.com'], 'must be an https URL'],
])('2: dmp %j says %j', async (args, text) => {
  const { code, stdout, stderr } = await dmp(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(text);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('users may be given by their UUIDs, for a relay that forwards these', async () => {
  const byUuid = await startTestStack({ MEMBER_ID: 'uuid' });
  await byUuid.cli(['dmp', 'create', 'a.1', '--name', 'VIPs']);
  const ran = await byUuid.cli(['dmp', 'add', 'a.1', 'uuid-1', '--id-field', 'uuid']);
  expect(ran.code).toBe(0);
  await eventually(async () => {
    expect(await byUuid.members()).toEqual(['uuid-1']);
  });
  await byUuid.stack.stop();
});
