import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { describeWithTerraform } from './describe-with-terraform.ts';
import { plannedRuns } from './planned.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const cloudBuild = read('cloudbuild.yaml');
const step = (id: string) =>
  cloudBuild.split(/^ {2}- id: /m).find((text) => text.startsWith(id)) ?? '';

describeWithTerraform('the pipeline', () => {
  test('may grant on the project what the relay grants there, and nothing else', async () => {
    const planned = (await plannedRuns()).get('a_relay_with_everything') ?? [];
    const granted = planned
      .filter(({ type }) => type === 'google_project_iam_member')
      .map(({ values }) => values['role']);
    const list = /granted_on_project = \[([^\]]*)\]/.exec(read('terraform/pipeline/accounts.tf'));
    const allowed = [...(list?.[1] ?? '').matchAll(/"([^"]+)"/g)].map(([, role]) => role);
    expect(allowed.sort()).toEqual([...new Set(granted)].sort());
  });
});

test('cloudbuild.yaml knows the substitutions that the triggers set, and no other', () => {
  const declared = [...cloudBuild.matchAll(/^ {2}(_[A-Z_]+):/gm)].map(([, name]) => name);
  const triggers = read('terraform/pipeline/triggers.tf');
  const set = new Set([...triggers.matchAll(/\b(_[A-Z_]+) +=/g)].map(([, name]) => name));
  expect(declared.sort()).toEqual([...set].sort());
  const used = new Set([...cloudBuild.matchAll(/\$(_[A-Z_]+)/g)].map(([, name]) => name));
  expect([...used].sort()).toEqual(declared);
});

test('cloudbuild.yaml checks before it builds, plans and applies, and tries out what it deployed', () => {
  const order = [...cloudBuild.matchAll(/^ {2}- id: (.*)$/gm)].map(([, id]) => id);
  expect(order).toEqual([
    'bring node',
    'bring terraform',
    'install',
    'lint',
    'typecheck',
    'test',
    'build',
    'plan',
    'apply',
    'smoke test',
  ]);
  expect(step('test')).toContain("'REQUIRE_EMULATORS=1', 'REQUIRE_TERRAFORM=1'");
  expect(existsSync(/node (scripts\/\S+)/.exec(step('smoke test'))?.[1] ?? '')).toBe(true);
});

test('cloudbuild.yaml runs npm scripts that exist', () => {
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
  const run = [...cloudBuild.matchAll(/args: \['run', '([^']+)'\]/g)].map(([, script]) => script);
  expect(run.length).toBeGreaterThan(2);
  expect(run.filter((script) => !scripts.includes(script ?? ''))).toEqual([]);
});

test('a pull request applies nothing: both steps that touch a deployment ask first', () => {
  const guard = 'if [ "$_APPLY" != true ]';
  for (const id of ['apply', 'smoke test']) expect(step(id)).toContain(guard);
  expect(step('plan')).toContain('-lock="$_APPLY"');
});
