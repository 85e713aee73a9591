import { startStandInProviders } from '../../scripts/terraform/stand-in-providers.ts';
import { terraformTool, type TerraformRun } from '../../scripts/terraform/terraform-tool.ts';

/** Runs `terraform test` for files in a module's folder tests/. */
export async function testModule(
  module: string,
  files: readonly string[],
  options: readonly string[] = [],
): Promise<TerraformRun> {
  const filters = files.map((file) => `-filter=tests/${file}`);
  if (!terraformTool().offline)
    return terraformTool().run('test', module, [...options, ...filters]);
  // Of a mocked provider Terraform asks only the schema, so one process serves all runs.
  const providers = await startStandInProviders(['archive', 'google']);
  try {
    return terraformTool(providers.variables).run('test', module, [...options, ...filters]);
  } finally {
    providers.stop();
  }
}
