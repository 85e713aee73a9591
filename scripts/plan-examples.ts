/**
 * `npm run plan:examples`: plans both examples from the bundles of `npm run build`, without credentials.
 * Exits 1 when one does not plan. Where there is no offline Terraform it says so and does nothing.
 */
import { hasTerraform, prepareTerraform, terraformTool } from './terraform/terraform-tool.ts';

const EXAMPLES = {
  pangolin: ['pangolin_url=https://pangolin.example.com'],
  rokt: ['rokt_account_id=123456789', 'notification_channels=[]', 'operators=[]'],
};

prepareTerraform();
const terraform = terraformTool();
if (!hasTerraform() || !terraform.offline) {
  console.log('Skipped: a plan without credentials needs terraform and tf-offline.');
} else {
  for (const [name, variables] of Object.entries(EXAMPLES)) {
    const options = ['project_id=my-project', ...variables].flatMap((text) => ['-var', text]);
    const { status, stdout, stderr } = terraform.run('plan', `terraform/examples/${name}`, options);
    const planned = (stdout.match(/"address":/g) ?? []).length;
    console.log(status === 0 ? `${name}: ${planned} resources and data sources` : stderr);
    if (status !== 0) process.exitCode = 1;
  }
}
