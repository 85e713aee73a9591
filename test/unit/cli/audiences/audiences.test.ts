import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_PROJECT } from '../../../../cli/local-stack/run.ts';
import type { Environment } from '../../../../shared/config.ts';
import { describeWithEmulators } from '../../../setup/describe-with-emulators.ts';
import { emulatorVariables } from '../../../setup/emulator-variables.ts';
import { freePort } from '../../../setup/emulators.ts';
import { runCli } from '../run-cli.ts';
import { startTestStack, type TestStack } from '../stack/test-stack.ts';

const READY = { state: 'ready', segment: expect.any(String), customer: 123 };

/**
 * What `audiences` does, the same wherever they are.
 * @param settings of the stack
 * @param onDeployment the variables that point at it as at a deployment; default: none, as on the laptop
 */
function audiencesContract(
  settings: Environment,
  onDeployment: (relay: TestStack) => Environment = () => ({}),
): void {
  let relay: TestStack;
  beforeAll(async () => {
    relay = await startTestStack(settings);
    await relay.pangolin.setFaults({ refuseTitles: ['Refused'] });
    await create('a.1', 'VIPs');
    await create('a.2', 'Refused');
    await create('a.3', 'Bargain hunters');
  });
  afterAll(() => relay.stack.stop());

  const create = (id: string, name: string) => relay.cli(['dmp', 'create', id, '--name', name]);
  const audiences = async (...args: string[]) => {
    const ran = await relay.cli(['audiences', ...args], onDeployment(relay));
    const json = () => JSON.parse(ran.stdout) as unknown;
    return { ...ran, json };
  };

  test('list, 0: a table of all, and how many there are', async () => {
    const { code, stdout, stderr } = await audiences('list');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^ID +NAME +STATE +SEGMENT +CUSTOMER +REASON\na\.1 +VIPs +ready +\d+ +123\n/,
    );
    expect(stdout).toMatch(/\na\.2 +Refused +failed +- +123 +\S.*\n/);
    expect(stdout).toMatch(/\n\n3 audiences\.\n$/);
  });

  test('list --json, 0: of one state, and page by page', async () => {
    const failed = { id: 'a.2', name: 'Refused', state: 'failed', customer: 123 };
    expect((await audiences('list', '--state', 'failed', '--json')).json()).toEqual({
      audiences: [{ ...failed, reason: expect.any(String) }],
    });
    const first = await audiences('list', '--limit', '2', '--json');
    expect(first.json()).toMatchObject({ audiences: [{ id: 'a.1' }, { id: 'a.2' }], next: 'a.2' });
    const rest = await audiences('list', '--limit', '2', '--after', 'a.2', '--json');
    const last = { id: 'a.3', name: 'Bargain hunters', ...READY };
    expect(rest.json()).toEqual({ audiences: [last] });
    expect((await audiences('list', '--limit', '1')).stdout).toContain(
      '1 audience.\nThere are more: add --after a.1',
    );
    const none = await audiences('list', '--after', 'a.3');
    expect([none.code, none.stdout]).toEqual([0, 'No audience matches.\n']);
  });

  test('show, 0: by the id of the audience and by that of its segment', async () => {
    const shown = await audiences('show', 'a.1', '--json');
    expect(shown.json()).toEqual({ id: 'a.1', name: 'VIPs', ...READY });
    const { segment } = shown.json() as { segment: string };
    const { code, stdout } = await audiences('show', segment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^id +a\.1\nname +VIPs\nstate +ready\nsegment +\d+\ncustomer +123\n$/);
    expect((await audiences('show', 'a.2')).stdout).toMatch(/\nstate +failed\n.*\nreason +\S/);
  });

  test.each(['show', 'retry'])('%s, 1: no such audience', async (command) => {
    const { code, stdout, stderr } = await audiences(command, 'nobody');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('No audience has the id nobody');
  });

  test('retry, 1: the platform refuses it again; 0: once it does not', async () => {
    const refused = await audiences('retry', 'a.2');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(
      /^The platform refused audience a\.2 again: \S.*\n.* retry again/,
    );
    await relay.pangolin.endFaults();
    const { code, stdout } = await audiences('retry', 'a.2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Audience a\.2 is ready: its segment is \d+\.\n$/);
    expect(await relay.pangolin.segments()).toHaveLength(3);
  });

  test('retry, 0: of one that is ready does nothing', async () => {
    const { code, json } = await audiences('retry', 'a.1', '--json');
    expect([code, json()]).toMatchObject([0, { published: false, audience: READY }]);
    expect((await audiences('retry', 'a.1')).stdout).toMatch(/^Nothing to retry: audience a\.1/);
  });
}

describe('audiences of the local stack', () => {
  audiencesContract({ HMAC_SECRETS: 'a-secret' });
});

describe('audiences of a dry run, which are made up', () => {
  test('are listed and shown', async () => {
    const relay = await startTestStack({ DRY_RUN: 'true' });
    await relay.cli(['dmp', 'create', 'a.1', '--name', 'VIPs']);
    const list = await relay.cli(['audiences', 'list', '--json']);
    const shown = await relay.cli(['audiences', 'show', 'a.1', '--json']);
    expect(JSON.parse(list.stdout)).toEqual({ audiences: [JSON.parse(shown.stdout)] });
    await relay.stack.stop();
  });
});

describe('several destinations', () => {
  test('each has its own audiences; a retry is for one of them', async () => {
    const relay = await startTestStack({ DESTINATION: 'pangolin,pangolin-one-by-one' });
    const run = (...args: string[]) => relay.cli(['audiences', ...args, '--json']);
    await relay.pangolin.setFaults({ refuseTitles: ['VIPs'] });
    await relay.cli(['dmp', 'create', 'a.1', '--name', 'VIPs']);
    const [first, second] = [
      await run('show', 'a.1'),
      await run('show', 'a.1', '--destination', 'pangolin-one-by-one'),
    ];
    expect(JSON.parse(first.stdout)).toMatchObject({ state: 'failed' });
    expect(JSON.parse(second.stdout)).toMatchObject({ state: 'ready' });
    const unknown = await run('list', '--destination', 'rokt');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('it has: pangolin, pangolin-one-by-one');
    await relay.stack.stop();
  });
});

describeWithEmulators('audiences of a deployment', () => {
  audiencesContract(emulatorVariables(), ({ stack }) => ({
    ...emulatorVariables(),
    DEAD_LETTER_SUBSCRIPTION: 'unused',
    GOOGLE_CLOUD_PROJECT: LOCAL_PROJECT,
    TOPIC: stack.runName,
    CONTROL_TOPIC: `${stack.runName}-control`,
    FIRESTORE_COLLECTION: stack.runName,
    DESTINATION: 'pangolin',
    PORT: '1',
  }));
});

describe('what cannot be done', () => {
  const relay = (args: string, variables: Environment) => runCli(args.split(' '), variables);

  test('1: no local stack, with how to get one', async () => {
    const { code, stderr } = await relay('audiences list', { PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(stderr).toContain('npm start');
  });

  test('1: a deployment that does not answer, with what to check', async () => {
    const { code, stderr } = await relay('audiences list --destination pangolin', {
      FIRESTORE_EMULATOR_HOST: '127.0.0.1:9',
      GOOGLE_CLOUD_PROJECT: 'project',
      DEAD_LETTER_SUBSCRIPTION: 'dead-letters',
      TOPIC: 'topic',
      CONTROL_TOPIC: 'control',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('check the database');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test.each([
    ['audiences', 'Usage:'],
    ['audiences list --limit 0', 'from 1 to 1000'],
    ['audiences list --limit 1001', 'from 1 to 1000'],
    ['audiences list --state gone', 'creating, ready, failed'],
    ['audiences show', "missing required argument 'id'"],
    ['audiences list --local http://example.com', '--local'],
  ])('2: "%s" says %j', async (args, text) => {
    const { code, stdout, stderr } = await relay(args, {});
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });

  test('2: a deployment half named: all that is missing is told at once', async () => {
    const { code, stderr } = await relay('audiences list', { DEAD_LETTER_SUBSCRIPTION: 's' });
    expect(code).toBe(2);
    expect(stderr).toContain('TOPIC: is not set');
    expect(stderr).toContain('DESTINATION: is not set');
  });
});
