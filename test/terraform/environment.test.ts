import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { TERRAFORM_INPUTS } from '../../shared/config-terraform.ts';
import { readConfig, variablesOf } from '../../shared/config.ts';
import { describeWithTerraform } from './describe-with-terraform.ts';
import { plannedRuns, type PlannedRuns } from './planned.ts';

/** For a laptop only: a deployment reads secrets from Secret Manager, by their names. */
const SECRETS = ['BASIC_AUTH', 'HMAC_SECRETS', 'DESTINATION_CREDENTIALS', 'SYNC_SECRETS'];
const EMULATOR = 'PUBSUB_EMULATOR_HOST';
/** The code reads it for one more version; Terraform does not set it any more. */
const RETIRED = 'PUBLISH_INTERVAL_MS';
const NOT_DEPLOYED = [...SECRETS, EMULATOR, RETIRED];
/** What has no default in the code. */
const NAMES = [
  'DESTINATION',
  'HMAC_SECRET_NAME',
  'TOPIC',
  'CONTROL_TOPIC',
  'DEAD_LETTER_TOPIC',
  'PULL_SUBSCRIPTION',
  'WAKE_SUBSCRIPTION',
  'GOOGLE_CLOUD_PROJECT',
];
/** The module's names, and what follows from the memory of an instance. */
const OWN_DEFAULTS = [
  ...NAMES,
  'FIRESTORE_DATABASE',
  'MAX_PENDING_BYTES',
  'DESTINATION_CREDENTIALS_SECRET_NAME',
];

const FUNCTIONS = [
  ['intake', 'intake'],
  ['forward', 'forward'],
  ['userSync', 'user_sync'],
] as const;

describeWithTerraform('the variables that Terraform sets', () => {
  let plans: PlannedRuns;
  beforeAll(async () => {
    plans = await plannedRuns();
  });

  function environmentIn(run: string, name: string): Record<string, string> {
    const planned = plans.get(run)?.find((one) => one.type === FUNCTION && one.name === name);
    const [config] = planned?.values['service_config'] as ServiceConfig[];
    return config?.environment_variables ?? {};
  }

  describe.each(FUNCTIONS)('of %s', (program, name) => {
    test('are those that it reads, all and no other', () => {
      const read = variablesOf(program).filter((variable) => !NOT_DEPLOYED.includes(variable));
      expect(namesIn(environmentIn('every_variable', name))).toEqual(read.sort());
    });

    test('have values that it takes', () => {
      expect(() => readConfig(program, environmentIn('every_variable', name))).not.toThrow();
    });

    test('are those that a problem with one is explained by', () => {
      const explained = namesIn(TERRAFORM_INPUTS[program] ?? {});
      expect(explained).toEqual(namesIn(environmentIn('every_variable', name)));
    });

    test('are by default what it has by itself', () => {
      const deployed = environmentIn('defaults', name);
      const names = Object.fromEntries(
        Object.entries(deployed).filter(([variable]) => NAMES.includes(variable)),
      );
      const compared = (config: object) =>
        Object.entries(config).filter(([variable]) => !OWN_DEFAULTS.includes(variable));
      expect(compared(readConfig(program, deployed))).toEqual(compared(readConfig(program, names)));
    });
  });
});

const FUNCTION = 'google_cloudfunctions2_function';

interface ServiceConfig {
  readonly environment_variables: Record<string, string>;
}

function namesIn(variables: object): string[] {
  return Object.keys(variables).sort();
}

test('every input that a problem is explained by is one of the module', () => {
  const text = readFileSync('terraform/variables.tf', 'utf8');
  const inputs = Object.values(TERRAFORM_INPUTS).flatMap((byVariable) => Object.values(byVariable));
  const unknown = inputs.filter((input) => {
    if (input === 'the module itself') return false;
    const [variable = '', attribute] = input.split('.');
    const block = new RegExp(`^variable "${variable}" \\{\n([\\s\\S]*?)^\\}`, 'm').exec(text)?.[1];
    if (block === undefined) return true;
    return attribute !== undefined && !new RegExp(`^    ${attribute} +=`, 'm').test(block);
  });
  expect(inputs.length).toBeGreaterThan(20);
  expect(unknown).toEqual([]);
});

test('the output cli_environment has what the doctor and dead-letters read, and no more', () => {
  const text = readFileSync('terraform/outputs.tf', 'utf8');
  const block = /cli_environment = \{\n[\s\S]*?name, value in \{\n([\s\S]*?)\n {4}\}/.exec(
    text,
  )?.[1];
  const given = [...(block ?? '').matchAll(/^ +([A-Z_]+) +=/gm)].map(([, name = '']) => name);
  const read = new Set([...variablesOf('doctor'), ...variablesOf('operator')]);
  read.delete(EMULATOR);
  expect(given.sort()).toEqual([...read].sort());
});
