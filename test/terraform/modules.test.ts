import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { terraformTool } from '../../scripts/terraform/terraform-tool.ts';
import { describeWithTerraform } from './describe-with-terraform.ts';

const MODULES = ['terraform', 'terraform/pipeline'];
const TERRAFORM_TIMEOUT_MS = 240_000;

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
    TERRAFORM_TIMEOUT_MS,
  );

  test.each(MODULES)(
    '%s: all its own tests pass',
    (folder) => {
      const { status, stdout, stderr } = terraformTool().run('test', folder);
      expect(status === 0 ? '' : stdout + stderr).toBe('');
      expect(stdout).toMatch(/Success! [1-9]\d* passed, 0 failed/);
    },
    TERRAFORM_TIMEOUT_MS,
  );
});
