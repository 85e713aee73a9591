import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWithTerraform } from './describe-with-terraform.ts';
import { plannedRuns, type PlannedResource } from './planned.ts';

/** A role somebody has on something. */
interface Grant {
  readonly role: string;
  readonly member: string;
  readonly on: string;
}

describeWithTerraform('who may do what in a relay', () => {
  let resources: readonly PlannedResource[];
  let grants: readonly Grant[];
  beforeAll(async () => {
    resources = (await plannedRuns()).get('a_relay_with_everything') ?? [];
    grants = resources.flatMap(grantsOf);
  });

  test('is what docs/security.md says, all and no more', () => {
    const table = /## Who may do what\n([\s\S]*?)\n## /.exec(
      readFileSync('docs/security.md', 'utf8'),
    );
    const rows = [...(table?.[1] ?? '').matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\| `([^`]+)`/gm)];
    const documented = rows.map(([, member, role, on]) => `${member} ${role} on ${on}`);
    const planned = grants.map(({ member, role, on }) => `${accountOf(member)} ${role} on ${on}`);
    expect(documented.length).toBeGreaterThan(10);
    expect(planned.sort()).toEqual(documented.sort());
  });

  test('nobody but intake and user sync is public', () => {
    const isPublic = ({ member }: Grant) => /^all|^domain:|^project/.test(member);
    expect(grants.filter(isPublic).map(({ role, on }) => `${role} on ${on}`)).toEqual([
      'roles/run.invoker on service relay-intake',
      'roles/run.invoker on service relay-user-sync',
    ]);
  });

  test('what is granted on the project is held to a part of it, but for writing logs', () => {
    const onProject = resources.filter(({ type }) => type.startsWith('google_project_iam'));
    const unheld = onProject.filter(
      ({ values }) => (values['condition'] as unknown[] | undefined)?.length !== 1,
    );
    expect(onProject.length).toBeGreaterThan(3);
    expect(unheld.map(({ values }) => values['role'])).toEqual(['roles/logging.logWriter']);
  });

  test('no value of a secret, and no key, passes through Terraform', () => {
    const types = new Set(resources.map(({ type }) => type));
    expect(types.has('google_secret_manager_secret')).toBe(true);
    expect(types.has('google_secret_manager_secret_version')).toBe(false);
    expect(types.has('google_service_account_key')).toBe(false);
  });
});

function grantsOf({ type, values }: PlannedResource): Grant[] {
  if (!/_iam_(member|binding|policy)$/.test(type)) return [];
  if (type.endsWith('_policy')) throw new Error(`${type}: not understood by this test`);
  const { role, member, members } = values as { role: string; member?: string; members?: string[] };
  return (members ?? [member ?? '']).map((one) => ({
    role,
    member: one,
    on: targetOf(type, values),
  }));
}

const TARGETS: Readonly<Record<string, readonly [word: string, field: string]>> = {
  google_artifact_registry_repository: ['images', 'repository'],
  google_cloud_run_service: ['service', 'service'],
  google_project: ['project', 'project'],
  google_pubsub_subscription: ['subscription', 'subscription'],
  google_pubsub_topic: ['topic', 'topic'],
  google_secret_manager_secret: ['secret', 'secret_id'],
  google_service_account: ['account', 'service_account_id'],
  google_storage_bucket: ['bucket', 'bucket'],
};

function targetOf(type: string, values: PlannedResource['values']): string {
  const target = TARGETS[type.replace(/_iam_\w+$/, '')];
  if (target === undefined) throw new Error(`${type}: not understood by this test`);
  const [word, field] = target;
  const name = values[field];
  const [condition] = (values['condition'] ?? []) as { title: string }[];
  const held = condition === undefined ? '' : ` (${condition.title})`;
  return `${word}${typeof name === 'string' && word !== 'project' ? ` ${name}` : ''}${held}`;
}

/** The part of a member that tells it from the others. */
function accountOf(member: string): string {
  return member
    .replace(/^serviceAccount:service-.*@gcp-sa-pubsub.*$/, "Pub/Sub's agent")
    .replace(/^serviceAccount:/, '')
    .replace(/@my-project[.]iam.*$/, '');
}
