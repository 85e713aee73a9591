import type { Environment } from '../../shared/config.ts';
import { ConfigurationError } from '../../shared/errors.ts';
import { within } from '../../shared/within.ts';
import { fail, ok, skip, type CheckResult } from './check.ts';
import { deploymentChecks } from './deployment/checks.ts';
import { openDeployment, type GoogleApis } from './deployment/open-deployment.ts';
import { destinationChecks, localChecks } from './local/checks.ts';
import { openLocal } from './local/open-local.ts';
import type { Report } from './report.ts';
import { runChecks } from './run-checks.ts';

/** What was not answered in time may be under way still. */
const CLOSING_MS = 1_000;
const CONFIGURATION = 'configuration';
const FROM_TERRAFORM =
  'Take the variables from Terraform: eval "$(terraform output -raw cli_exports)"';

/** Checks the deployment that the variables name. */
export async function examineDeployment(
  variables: Environment,
  apis: GoogleApis = {},
): Promise<Report> {
  const mode = 'deployment';
  const opened = valid(() => openDeployment(variables, apis));
  if ('problems' in opened) {
    const invalid = invalidReport([...opened.problems, FROM_TERRAFORM], deploymentChecks);
    return { mode, what: 'Deployment', ...invalid };
  }
  const { value: deployment } = opened;
  try {
    const results = await runChecks(deploymentChecks, deployment);
    const { config, destination } = deployment;
    const what = `Deployment in ${config.GOOGLE_CLOUD_PROJECT}, to ${destination.id}`;
    return { mode, what, ...validReport(results) };
  } finally {
    await within(deployment.close(), CLOSING_MS);
  }
}

/**
 * Checks the local stack that the variables start, or the one at `url`.
 * @throws CommandProblem when there is no URL to send a secret to
 */
export async function examineLocal(variables: Environment, url?: string): Promise<Report> {
  const mode = 'local';
  const opened = valid(() => openLocal(variables, url));
  if ('problems' in opened) {
    return { mode, what: 'Local stack', ...invalidReport(opened.problems, localChecks) };
  }
  const { value: stack } = opened;
  const results = await runChecks([...localChecks, ...destinationChecks(stack)], stack);
  return { mode, what: `Local stack at ${stack.url}`, ...validReport(results) };
}

function valid<Value>(
  open: () => Value,
): { readonly value: Value } | { readonly problems: readonly string[] } {
  try {
    return { value: open() };
  } catch (error) {
    if (error instanceof ConfigurationError) return { problems: error.problems };
    throw error;
  }
}

type Examined = Pick<Report, 'configurationIsValid' | 'checks'>;

function validReport(results: readonly CheckResult[]): Examined {
  const configuration = { name: CONFIGURATION, ...ok('all variables are valid') };
  return { configurationIsValid: true, checks: [configuration, ...results] };
}

function invalidReport(
  advice: readonly string[],
  others: readonly { readonly name: string }[],
): Examined {
  const skipped = others.map(({ name }) => ({ name, ...skip('the configuration is invalid') }));
  const checks = [
    { name: CONFIGURATION, ...fail('some variables are missing or wrong', ...advice) },
    ...skipped,
  ];
  return { configurationIsValid: false, checks };
}
