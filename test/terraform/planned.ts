import { z } from 'zod';
import { terraformTool } from '../../scripts/terraform/terraform-tool.ts';

/** A resource as a plan shows it; what is known only after an apply is missing. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
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
          change: z.object({ after: z.record(z.string(), z.unknown()).nullable() }),
        }),
      ),
    })
    .exactOptional(),
});

/**
 * What `terraform test` plans for the runs of a file in terraform/tests, by the run's name.
 * @throws Error with Terraform's own words when a run fails
 */
export function plannedBy(file: string): ReadonlyMap<string, readonly PlannedResource[]> {
  const options = ['-json', '-verbose', `-filter=tests/${file}`];
  const { status, stdout, stderr } = terraformTool().run('test', 'terraform', options);
  const lines = stdout.split('\n').filter((text) => text.startsWith('{'));
  if (status !== 0) throw new Error(`${stderr}\n${stdout.slice(-5_000)}`);
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
      return { address, type, name, values: change.after ?? {} };
    });
}
