import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { terraformTool } from '../../scripts/terraform/terraform-tool.ts';
import { describeWithTerraform } from './describe-with-terraform.ts';
import { PLANNED_FILES, plannedRuns } from './planned.ts';
import { testModule } from './test-module.ts';

const MODULES = ['terraform', 'terraform/pipeline'];

describeWithTerraform('the Terraform modules', () => {
  test('are formatted', () => {
    const options = ['fmt', '-check', '-recursive', 'terraform'];
    const { stdout, status } = spawnSync('terraform', options, { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  test.each([...MODULES, 'terraform/examples/pangolin', 'terraform/examples/rokt'])(
    '%s is valid',
    (folder) => {
      const { status, stdout, stderr } = terraformTool().run('validate', folder);
      expect(status === 0 ? '' : stdout + stderr).toBe('');
    },
  );

  test('terraform: all its own tests pass', async () => {
    const files = readdirSync('terraform/tests').filter((file) => file.endsWith('.hcl'));
    expect(files).toEqual(expect.arrayContaining(PLANNED_FILES));
    const others = files.filter((file) => !PLANNED_FILES.includes(file));
    await expectPassing('terraform', others);
    // Fails as soon as one of them does.
    expect((await plannedRuns()).size).toBeGreaterThan(0);
  });

  test('terraform/pipeline: all its own tests pass', () =>
    expectPassing('terraform/pipeline', readdirSync('terraform/pipeline/tests')));
});

async function expectPassing(module: string, files: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await testModule(module, files);
  expect(status === 0 ? '' : stdout + stderr).toBe('');
  expect(stdout).toMatch(/Success! [1-9]\d* passed, 0 failed/);
}
