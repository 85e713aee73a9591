import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWithTerraform } from './describe-with-terraform.ts';
import { plannedRuns, type PlannedResource } from './planned.ts';

/** Types whose destruction loses messages, audiences or secrets. */
const HOLDING = [
  'google_firestore_database',
  'google_pubsub_subscription',
  'google_pubsub_topic',
  'google_secret_manager_secret',
];

/** Arguments that the provider updates in place; it replaces a resource for the others (documented). */
const UPDATED_IN_PLACE = ['ack_deadline_seconds', 'push_config', 'retry_policy'];

describeWithTerraform('a plan from the state of the version before', () => {
  /** What the state held. */
  let existing: readonly PlannedResource[];
  beforeAll(async () => {
    const planned = (await plannedRuns()).get('the_upgrade') ?? [];
    existing = planned.filter(({ actions }) => !isDeepStrictEqual(actions, ['create']));
  });

  test('destroys and replaces nothing', () => {
    const held = existing.filter(({ type }) => HOLDING.includes(type));
    expect(new Set(held.map(({ type }) => type)).size).toBe(HOLDING.length);
    const destroyed = existing.filter(({ actions }) => actions.includes('delete'));
    expect(destroyed.map(({ address }) => address)).toEqual([]);
  });

  test('changes no argument for which the provider replaces what holds messages', () => {
    const changes = existing
      .filter(({ type }) => HOLDING.includes(type))
      .flatMap((one) => changedArguments(one).map((name) => `${one.address} ${name}`));
    expect(changes.filter((one) => !UPDATED_IN_PLACE.includes(lastWord(one)))).toEqual([]);
  });

  test('makes a pull subscription of each push subscription, in place', () => {
    const names = ['file-drop', 'rokt'];
    const addresses = names.map((name) => `google_pubsub_subscription.forward["${name}"]`);
    const subscriptions = existing.filter(({ address }) => addresses.includes(address));
    expect(subscriptions).toHaveLength(names.length);
    for (const subscription of subscriptions) {
      expect(subscription.actions).toEqual(['update']);
      expect(changedArguments(subscription)).toEqual(UPDATED_IN_PLACE);
      expect(subscription.before['push_config']).toHaveLength(1);
      expect(subscription.values).toMatchObject({ push_config: [], retry_policy: [] });
    }
  });

  test('keeps the grants that have another address now', () => {
    const grants = existing.filter(({ name }) => name === 'operators_see_pull');
    expect(grants.map(({ actions }) => actions)).toEqual([['no-op'], ['no-op']]);
  });
});

test('a subscription is pulled only once forward pulls', () => {
  const needed = dependenciesOf('queue', 'google_pubsub_subscription" "forward');
  expect(needed).toContain('google_cloudfunctions2_function.forward');
});

test('intake publishes only once forward reads it, and every subscription is there to keep it', () => {
  expect(dependenciesOf('intake', 'google_cloudfunctions2_function" "intake')).toEqual(
    expect.arrayContaining([
      'google_cloudfunctions2_function.forward',
      'google_cloud_scheduler_job.sweep',
      'google_pubsub_subscription.control',
      'google_pubsub_subscription.forward',
      'google_pubsub_subscription.wake',
      'google_pubsub_topic_iam_binding.control_publishers',
    ]),
  );
});

test.each(['wake', 'control'])('no %s is pushed before forward may be called', (name) => {
  const needed = dependenciesOf('pushes', `google_pubsub_subscription" "${name}`);
  expect(needed).toContain('google_cloud_run_service_iam_binding.forward_invokers');
});

test.each(['google_pubsub_subscription" "wake', 'google_cloud_scheduler_job" "sweep'])(
  'resource "%s": forward is woken only once it may pull',
  (resource) => {
    const needed = dependenciesOf('pushes', resource);
    expect(needed).toContain('google_pubsub_subscription_iam_binding.forward_pulls');
  },
);

/** Arguments whose value the plan changes. */
function changedArguments({ before, values }: PlannedResource): string[] {
  const changed = Object.keys(before).filter(
    (name) => !isDeepStrictEqual(before[name], values[name]),
  );
  return changed.sort();
}

/** The `depends_on` of a resource, as it is written: plans do not tell. */
function dependenciesOf(file: string, resource: string): string[] {
  const text = readFileSync(`terraform/${file}.tf`, 'utf8');
  const block = new RegExp(`^resource "${resource}" \\{\n[\\s\\S]*?^\\}`, 'm').exec(text)?.[0];
  const list = /depends_on = \[([^\]]*)\]/.exec(block ?? '')?.[1] ?? '';
  return list.split(',').map((one) => one.trim());
}

function lastWord(text: string): string {
  return text.slice(text.lastIndexOf(' ') + 1);
}
