import { afterEach, expect, it } from '@jest/globals';
import { examineDeployment } from '../../../../cli/doctor/examine.ts';
import { reportJson, reportText, type Report } from '../../../../cli/doctor/report.ts';
import type { Environment } from '../../../../shared/config.ts';
import { describeWithEmulators } from '../../../setup/describe-with-emulators.ts';
import { runCli } from '../run-cli.ts';
import { deployRelay, type DeployedRelay } from './deployed-relay.ts';

/** Keeps for seven days at most. */
const BY_THE_EMULATOR = ['dead-letter subscription'];
/** Knows no grants. */
const UNSEEN_BY_THE_EMULATOR = ['pullers'];

const named = (report: Report, status: string) =>
  report.checks.filter((check) => check.status === status).map(({ name }) => name);
const textOf = (report: Report, name: string) =>
  report.checks.find((check) => check.name === name)?.text;

/** Nothing that is written may hold one. */
function expectNoSecretIn(report: Report): void {
  expect(reportText(report) + reportJson(report)).not.toContain('marker');
}

describeWithEmulators("the doctor of a deployment, on Google's emulators", () => {
  let relay: DeployedRelay;
  const deploy = async (settingsOn?: Parameters<typeof deployRelay>[0]) => {
    relay = await deployRelay(settingsOn);
    return relay;
  };
  const examine = async (changes: Environment = {}) => {
    const report = await examineDeployment({ ...relay.variables, ...changes }, relay.apis);
    expectNoSecretIn(report);
    return report;
  };
  afterEach(() => relay.close());

  it('finds nothing wrong with a relay as Terraform makes it, and publishes nothing', async () => {
    await deploy();
    const report = await examine();
    expect(named(report, 'fail')).toEqual(BY_THE_EMULATOR);
    expect(named(report, 'warn')).toEqual([]);
    expect(named(report, 'skip')).toEqual(UNSEEN_BY_THE_EMULATOR);
    expect(named(report, 'ok')).toHaveLength(19);
    expect(relay.published()).toBe(0);
    expect(relay.platform.calls).toMatchObject([{ method: 'GET', path: '/v1/segments' }]);
  });

  it.each<[kind: 'pull' | 'wake' | 'control', settings: object]>([
    ['pull', { enableMessageOrdering: false }],
    ['pull', { pushConfig: { pushEndpoint: 'http://127.0.0.1:9/' } }],
    ['pull', { retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 60 } } }],
    ['pull', { messageRetentionDuration: { seconds: 600 } }],
    ['pull', { expirationPolicy: { ttl: { seconds: 31 * 86_400 } } }],
    ['pull', { expirationPolicy: undefined }],
    ['pull', { filter: 'attributes.type="a"' }],
    ['wake', { ackDeadlineSeconds: 10 }],
    ['control', { retryPolicy: undefined }],
  ])('finds the fault of the %s subscription: %j', async (kind, settings) => {
    await deploy(() => ({ [kind]: settings }));
    expect(named(await examine(), 'fail')).toEqual([`${kind} subscription`, ...BY_THE_EMULATOR]);
  });

  it('finds a dead-letter policy', async () => {
    await deploy((topic) => ({
      pull: { deadLetterPolicy: { deadLetterTopic: topic, maxDeliveryAttempts: 5 } },
    }));
    expect(textOf(await examine(), 'pull subscription')).toContain('dead_letter_policy');
  });

  it('finds a subscription on another topic', async () => {
    const { variables } = await deploy();
    const report = await examine({ PULL_SUBSCRIPTION: variables['DEAD_LETTER_SUBSCRIPTION'] });
    expect(named(report, 'fail')).toContain('pull subscription');
    expect(textOf(report, 'pull subscription')).toMatch(/is on .*-dead-letters, and not on /);
  });

  it('finds that the sweep is paused', async () => {
    await deploy();
    relay.sweep = { ...relay.sweep, state: 'PAUSED' };
    expect(named(await examine(), 'fail')).toEqual(['sweep', ...BY_THE_EMULATOR]);
  });

  it('finds what is not there', async () => {
    await deploy();
    const report = await examine({
      TOPIC: 'no-topic',
      PULL_SUBSCRIPTION: 'no-subscription',
      SWEEP_JOB: 'projects/my-project/locations/r/jobs/none',
      HMAC_SECRET_NAME: 'projects/my-project/secrets/none',
      FORWARD_SERVICE: 'projects/my-project/locations/r/services/none',
    });
    expect(named(report, 'fail')).toEqual([
      ...['HMAC secret', 'topic', 'pull subscription', 'wake subscription', 'sweep'],
      ...[...BY_THE_EMULATOR, "forward's invokers"],
    ]);
    expect(named(report, 'skip')).toEqual([...UNSEEN_BY_THE_EMULATOR, 'signed call']);
  });

  it('finds that everybody may invoke forward', async () => {
    await deploy();
    relay.invokers.push('allUsers');
    expect(named(await examine(), 'fail')).toEqual([...BY_THE_EMULATOR, "forward's invokers"]);
  });

  it('finds that intake and the platform know older secrets', async () => {
    await deploy();
    relay.secretManager.addVersion('user-marker:other-marker');
    const report = await examine();
    expect(named(report, 'fail')).toEqual([...BY_THE_EMULATOR, 'intake', 'destination']);
    expect(named(report, 'skip')).toEqual([
      ...[...UNSEEN_BY_THE_EMULATOR, 'signed call', 'wrong signature'],
    ]);
  });

  it('of a relay without Basic Auth and credentials skips those', async () => {
    await deploy();
    const report = await examine({
      BASIC_AUTH_SECRET_NAME: undefined,
      DESTINATION_CREDENTIALS_SECRET_NAME: undefined,
      DESTINATION: 'file-drop',
      DESTINATION_OPTIONS: '{"directory":"/nonexistent"}',
    });
    expect(named(report, 'skip')).toEqual([
      ...['Basic Auth secret', 'destination credentials', ...UNSEEN_BY_THE_EMULATOR],
      ...['signed call', 'wrong signature', 'destination'],
    ]);
  });

  it('on the command line: without credentials that fails, and the emulators are looked at', async () => {
    await deploy();
    const variables = { ...relay.variables, HOME: '/nonexistent' };
    const { code, stdout, stderr } = await runCli(['doctor'], variables);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^Deployment in my-project, to pangolin:\n/);
    expect(stdout).toMatch(/\nFAIL {2}Google credentials .*\n +-> Run `gcloud auth/);
    expect(stdout).toMatch(/\nok {4}pull subscription /);
    expect(stdout).toMatch(/\nok {4}audience map +the database \(default\) answers\n/);
    expect(stdout).toMatch(/\nok {4}intake +http:\/\/127.* answers, and demands Basic Auth\n/);
    expect(stdout).toMatch(/\nskip {2}HMAC secret +there are no Google credentials/);
    expect(stdout).toMatch(/\nSomething failed: 10 ok, 0 to look at, 2 failed, 9 skipped\.\n$/);
  });
});
