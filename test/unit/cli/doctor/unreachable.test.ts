import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { runCli } from '../run-cli.ts';
import { VARIABLES } from './healthy-deployment.ts';

const NOWHERE = '127.0.0.1:9';
const AWAY = { ...VARIABLES, INTAKE_URL: `http://${NOWHERE}`, HOME: '/nonexistent' };

it('of a deployment that does not answer all is told, as JSON too, and it ends', async () => {
  const variables = { PUBSUB_EMULATOR_HOST: NOWHERE, FIRESTORE_EMULATOR_HOST: NOWHERE, ...AWAY };
  const { code, stdout, stderr } = await runCli(['doctor', '--json'], variables);
  expect([code, stderr]).toEqual([1, '']);
  const report = JSON.parse(stdout) as {
    failed: number;
    checks: { name: string; status: string; advice: string[] }[];
  };
  const failed = report.checks.filter(({ status }) => status === 'fail');
  expect(failed.map(({ name }) => name)).toEqual([
    ...['Google credentials', 'topic', 'control topic'],
    ...['pull subscription', 'wake subscription', 'control subscription'],
    ...['dead-letter topic', 'dead-letter subscription', 'audience map', 'intake'],
  ]);
  expect(report.failed).toBe(failed.length);
  for (const { advice } of failed) expect(advice).not.toEqual([]);
});

it('credentials that are no JSON are not quoted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'audience-relay-'));
  const file = join(folder, 'key.json');
  writeFileSync(file, '{"private_key": key-marker}');
  try {
    const variables = { ...AWAY, GOOGLE_APPLICATION_CREDENTIALS: file };
    const { code, stdout, stderr } = await runCli(['doctor'], variables);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/\nFAIL {2}Google credentials .*gave no token for them\n/);
    expect(stdout).not.toContain('marker');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('a deployment half named: all that is missing is told at once, and it exits with 2', async () => {
  const { code, stdout } = await runCli(['doctor'], { DEAD_LETTER_SUBSCRIPTION: 'dead-letters' });
  expect(code).toBe(2);
  for (const name of [
    'TOPIC',
    'CONTROL_TOPIC',
    'SWEEP_JOB',
    'INTAKE_URL',
    'FORWARD_SERVICE',
    'HMAC_SECRET_NAME',
  ]) {
    expect(stdout).toMatch(new RegExp(`\\n +-> ${name}: is not set`));
  }
  expect(stdout).toContain('-> Take the variables from Terraform: eval "$(terraform output');
});

it('so are options that the destination does not know', async () => {
  const variables = { ...AWAY, DESTINATION_OPTIONS: '{"tpyo":"x"}' };
  const { code, stdout } = await runCli(['doctor'], variables);
  expect(code).toBe(2);
  expect(stdout).toContain('-> DESTINATION_OPTIONS.tpyo: is unknown to pangolin');
});
