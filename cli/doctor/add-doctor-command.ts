import type { Command } from 'commander';
import { environment } from '../../shared/config.ts';
import { exitCodeOf, reportJson, reportText } from './report.ts';

interface DoctorOptions {
  readonly local?: string;
  readonly json?: true;
}

const EXAMPLES_AND_CODES = `
Examples:
  audience-relay doctor
  audience-relay doctor --json
  audience-relay doctor --local http://127.0.0.1:8080

Where:
  With DEAD_LETTER_SUBSCRIPTION set, on a deployment; then the variables of Terraform's output cli_environment
  are needed: GOOGLE_CLOUD_PROJECT, TOPIC, CONTROL_TOPIC, PULL_SUBSCRIPTION, WAKE_SUBSCRIPTION,
  CONTROL_SUBSCRIPTION, SWEEP_JOB, PUSH_SERVICE_ACCOUNT, DEAD_LETTER_TOPIC, FORWARD_SERVICE, INTAKE_URL,
  HMAC_SECRET_NAME, DESTINATION and, where the relay has them, BASIC_AUTH_SECRET_NAME,
  DESTINATION_CREDENTIALS_SECRET_NAME, DESTINATION_BASE_URL, DESTINATION_OPTIONS, DESTINATION_DESCRIPTION,
  FIRESTORE_DATABASE, FIRESTORE_COLLECTION, MEMBER_ID, SHARDS.
  Otherwise on the local stack, at PORT (8080) or --local, with the variables that it was started with.

Lines:
  ok    it is as it must be
  warn  it works, or it could not be looked at: read on
  FAIL  it does not work; the line below says what to do
  skip  it could not be checked; the line says why

Exit codes:
  0  nothing failed
  1  something failed
  2  wrong usage or configuration`;

/** Adds `doctor`. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'check a deployment, or the local stack: a line for each check, and what to do; changes nothing',
    )
    .option('--local <url>', 'the local stack there, whatever the environment says')
    .option('--json', 'write JSON')
    .addHelpText('after', EXAMPLES_AND_CODES)
    .action((options: DoctorOptions) => doctor(options));
}

async function doctor({ local, json }: DoctorOptions): Promise<void> {
  // It brings Google's clients along; no other command waits for them to load.
  const { examineDeployment, examineLocal } = await import('./examine.ts');
  const isDeployment = (environment['DEAD_LETTER_SUBSCRIPTION'] ?? '') !== '';
  const report =
    local === undefined && isDeployment
      ? await examineDeployment(environment)
      : await examineLocal(environment, local);
  const text = json === true ? reportJson(report) : reportText(report);
  // What did not answer in time may be under way for minutes.
  process.stdout.write(`${text}\n`, () => process.exit(exitCodeOf(report)));
}
