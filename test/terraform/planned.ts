import { z } from 'zod';
import { onceInThisRun } from '../setup/once-in-this-run.ts';
import { testModule } from './test-module.ts';

/** A resource as a plan shows it; what is known only after an apply is missing. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Of Terraform: no-op, create, update, delete; a replacement is delete and create. */
  readonly actions: readonly string[];
  /** What the state held before; empty for what is created. */
  readonly before: Readonly<Record<string, unknown>>;
}

const line = z.object({
  '@testrun': z.string().exactOptional(),
  type: z.string(),
  test_plan: z
    .object({
      resource_changes: z.array(
        z.object({
          address: z.string(),
          mode: z.string(),
          type: z.string(),
          name: z.string(),
          change: z.object({
            actions: z.array(z.string()),
            before: z.record(z.string(), z.unknown()).nullable(),
            after: z.record(z.string(), z.unknown()).nullable(),
          }),
        }),
      ),
    })
    .exactOptional(),
});

/** Those of terraform/tests whose plans our tests read. */
export const PLANNED_FILES = ['environment.tftest.hcl', 'grants.tftest.hcl', 'upgrade.tftest.hcl'];

/** The plans of a run of `terraform test`, by the run's name. */
export type PlannedRuns = ReadonlyMap<string, readonly PlannedResource[]>;

/**
 * What {@link PLANNED_FILES} plan; `terraform test` runs once for all test files that ask.
 * @throws Error with Terraform's own words when a run fails
 */
export async function plannedRuns(): Promise<PlannedRuns> {
  const output = await onceInThisRun('planned-runs', async () => {
    const { status, stdout, stderr } = await testModule('terraform', PLANNED_FILES, [
      '-json',
      '-verbose',
    ]);
    if (status !== 0) throw new Error(`${stderr}\n${stdout.slice(-5_000)}`);
    return stdout;
  });
  const lines = output.split('\n').filter((text) => text.startsWith('{'));
  return new Map(
    lines
      .map((text) => line.parse(JSON.parse(text)))
      .flatMap(({ '@testrun': run = '', test_plan: plan }) =>
        plan === undefined ? [] : [[run, resourcesOf(plan)] as const],
      ),
  );
}

function resourcesOf(plan: NonNullable<z.output<typeof line>['test_plan']>): PlannedResource[] {
  return plan.resource_changes
    .filter(({ mode }) => mode === 'managed')
    .map(({ address, type, name, change }) => {
      const { actions, before, after } = change;
      return { address, type, name, values: after ?? {}, actions, before: before ?? {} };
    });
}
