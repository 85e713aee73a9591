/** jest's globalSetup: starts the emulators and readies Terraform, or says what is not there. */
import type { ChildProcess } from 'node:child_process';
import { hasTerraform, prepareTerraform } from '../../scripts/terraform/terraform-tool.ts';
import { HOW_TO_GET_EMULATORS, startEmulators } from './emulators.ts';
import { forgetEarlierRuns } from './once-in-this-run.ts';

declare global {
  var startedEmulators: ChildProcess[];
}

export default async function setup(): Promise<void> {
  // The official clients would otherwise look for Google's metadata server.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  forgetEarlierRuns();
  const { started, missing } = await startEmulators();
  globalThis.startedEmulators = started;
  if (missing.length > 0) {
    const text = `Emulators not found: ${missing.join(', ')}. ${HOW_TO_GET_EMULATORS}`;
    skip('REQUIRE_EMULATORS', text);
  }
  if (hasTerraform()) prepareTerraform();
  else
    skip('REQUIRE_TERRAFORM', 'Terraform not found: install terraform 1.9 or newer to run them.');
}

/** Says that suites are skipped; fails instead where `variable` is 1, as in CI. */
function skip(variable: string, text: string): void {
  if (process.env[variable] === '1') throw new Error(text);
  console.log(`\nTheir suites are skipped. ${text}`);
}
