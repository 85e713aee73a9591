import { describe, expect, test } from '@jest/globals';
import { freePort } from '../../setup/emulators.ts';
import { runCli } from './run-cli.ts';

test.each([
  ['--help'],
  ['dead-letters --help'],
  ['dead-letters list --help'],
  ['dead-letters show --help'],
  ['dead-letters replay --help'],
  ['dead-letters purge --help'],
  ['help dead-letters'],
])('%s tells with examples, and documents the exit codes', async (line) => {
  const { code, stdout } = await runCli(line.split(' '));
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nExamples:\n {2}audience-relay dead-letters \w+/);
  expect(stdout).toMatch(/\nExit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /);
});

test.each([
  ['', 'Usage:'],
  ['dead-letters', 'Usage:'],
  ['dead-letter list', "unknown command 'dead-letter'"],
  ['dead-letters show', "missing required argument 'id'"],
  ['dead-letters list --nonsense', "unknown option '--nonsense'"],
  ['dead-letters list --reason nonsense', 'retry-window-ended, message-undecodable'],
  ['dead-letters list --older-than 2', '30m, 2h or 7d'],
  ['dead-letters list --local http://example.com', '--local'],
  ['dead-letters purge', '--yes'],
])('wrong usage: "%s" says %j and exits with 2', async (line, text) => {
  const { code, stdout, stderr } = await runCli(line === '' ? [] : line.split(' '));
  expect(code).toBe(2);
  expect(stderr).toContain(text);
  expect(stdout).toBe('');
});

describe('what cannot be done', () => {
  test('no local stack: says how to get one, and exits with 1', async () => {
    const port = String(await freePort());
    const { code, stderr } = await runCli(['dead-letters', 'list'], { PORT: port });
    expect(code).toBe(1);
    expect(stderr).toContain(`http://127.0.0.1:${port}`);
    expect(stderr).toContain('npm start');
    expect(stderr).toContain('DEAD_LETTER_SUBSCRIPTION');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('a deployment that does not answer: what to check', async () => {
    const nowhere = '127.0.0.1:9';
    const { code, stderr } = await runCli(['dead-letters', 'list'], {
      PUBSUB_EMULATOR_HOST: nowhere,
      FIRESTORE_EMULATOR_HOST: nowhere,
      GOOGLE_CLOUD_PROJECT: 'project',
      DEAD_LETTER_SUBSCRIPTION: 'dead-letters',
      TOPIC: 'topic',
      CONTROL_TOPIC: 'control',
      DESTINATION: 'pangolin',
      HOME: '/nonexistent',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('check DEAD_LETTER_SUBSCRIPTION, GOOGLE_CLOUD_PROJECT');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.length).toBeLessThan(500);
  });

  test('a deployment half named: all that is missing is told at once', async () => {
    const variables = { DEAD_LETTER_SUBSCRIPTION: 'dead-letters' };
    const { code, stderr } = await runCli(['dead-letters', 'list'], variables);
    expect(code).toBe(2);
    expect(stderr).toContain('GOOGLE_CLOUD_PROJECT: is not set');
    expect(stderr).toContain('- TOPIC: is not set');
    expect(stderr).toContain('CONTROL_TOPIC: is not set');
    expect(stderr).toContain('DESTINATION: is not set');
  });
});
