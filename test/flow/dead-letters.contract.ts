import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDmpClient, type DmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { startLocalStack, type LocalStack } from '../../cli/local-stack/local-stack.ts';
import { LOCAL_PROJECT } from '../../cli/local-stack/run.ts';
import { readConfig, type Environment } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { listReport, purgeReport, replayReport } from '../../shared/dead-letters/reports.ts';
import { eventually } from '../setup/eventually.ts';
import { UNHURRIED } from '../setup/unhurried.ts';
import { runCli, type Ran } from '../unit/cli/run-cli.ts';

const AUDIENCE = 'a.1';
const TITLE = 'Dead letters';
const none = { overtaken: 0, overtakenByLaterLetter: 0 };

/** Refused members and their way back, by the command line as a child process. */
export function deadLetterFlowContract(emulators: () => Environment): void {
  let stack: LocalStack;
  let dmp: DmpClient;
  let pangolin: PangolinClient;
  let operator: Environment;

  beforeEach(async () => {
    // In one shard, two users refused at once are one dead letter.
    const settings = { HMAC_SECRETS: 'newest-secret,older-secret', SHARDS: '1' };
    const free = { ...UNHURRIED, PORT: '0', PANGOLIN_PORT: '0' };
    const variables = { ...free, ...settings, ...emulators() };
    stack = await startLocalStack(readConfig('localStack', variables), createLogger('silent'));
    dmp = createDmpClient({ url: stack.intakeUrl, secret: 'newest-secret' });
    pangolin = createPangolinClient(stack.pangolinUrl);
    operator = { PORT: new URL(stack.intakeUrl).port, ...settings };
    await dmp.createAudience(AUDIENCE, TITLE);
    await pangolin.setFaults({ refuseUsers: ['bad-user', 'other-bad-user'] });
  });
  afterEach(() => stack.stop());

  const run = async (...args: readonly string[]): Promise<Ran> => {
    const ran = await runCli(['dead-letters', ...args], operator);
    expect(ran).toMatchObject({ code: 0 });
    return ran;
  };
  const list = async (...args: readonly string[]) =>
    listReport.parse(JSON.parse((await run('list', '--json', ...args)).stdout)).letters;
  const replay = async (...args: readonly string[]) =>
    replayReport.parse(JSON.parse((await run('replay', '--json', ...args)).stdout));
  const eventuallyDead = (count: number) =>
    eventually(async () => {
      expect(await list()).toHaveLength(count);
    });
  const members = async (): Promise<string[]> => {
    const segment = (await pangolin.segments()).find(({ title }) => title === TITLE);
    return segment === undefined ? [] : (await pangolin.users(segment.segment_id)).sort();
  };
  const eventuallyMembers = (...users: readonly string[]) =>
    eventually(async () => {
      expect(await members()).toEqual(users);
    });

  test('a refused member is listed, shown, and brought back by a replay once the faults end', async () => {
    await dmp.addToAudience(AUDIENCE, ['good-user', 'bad-user']);
    await eventuallyMembers('good-user');
    await eventuallyDead(1);
    const [letter] = await list('--reason', 'member-rejected', '--audience', AUDIENCE);
    expect(letter).toMatchObject({ destination: 'pangolin', members: 1 });
    expect((await run('list')).stdout).toContain('1 dead letter, 1 member.');
    expect((await run('list')).stdout).not.toContain('bad-user');
    expect((await run('show', letter?.id ?? '')).stdout).toContain('"externalUserId": "bad-user"');

    await pangolin.endFaults();
    const row = { audience: AUDIENCE, reason: 'member-rejected', letters: 1, replayed: 1, ...none };
    expect(await replay('--dry-run')).toMatchObject({ dryRun: true, replayed: [row] });
    expect(await members()).toEqual(['good-user']);
    expect(await replay()).toMatchObject({ dryRun: false, replayed: [row], kept: [] });
    await eventuallyMembers('bad-user', 'good-user');
    expect(await list()).toEqual([]);
  });

  const overtakenIsSaid = async (): Promise<void> => {
    await dmp.addToAudience(AUDIENCE, ['bad-user', 'other-bad-user']);
    await eventuallyDead(1);
    await pangolin.endFaults();
    await dmp.removeFromAudience(AUDIENCE, ['bad-user']);
    await eventually(async () => {
      expect((await run('replay', '--dry-run')).stdout).toContain(
        'Overtaken: 1 member not replayed',
      );
    });
    expect(await replay()).toMatchObject({ replayed: [{ letters: 1, replayed: 1, overtaken: 1 }] });
    await eventuallyMembers('other-bad-user');
    expect(await list()).toEqual([]);
  };
  test('what a newer operation has overtaken is said, and stays out', overtakenIsSaid);

  if (emulators()['PUBSUB_EMULATOR_HOST'] !== undefined) {
    test('on Pub/Sub itself, as on a deployment: one member comes back, one is overtaken', async () => {
      operator = { ...emulators(), ...deployment(stack), SHARDS: '1' };
      await overtakenIsSaid();
    });
  }

  test('of an add and a remove that both died, the later one counts, whichever is asked for', async () => {
    await dmp.addToAudience(AUDIENCE, ['bad-user', 'other-bad-user']);
    await eventuallyDead(1);
    await dmp.removeFromAudience(AUDIENCE, ['bad-user']);
    await eventuallyDead(2);
    await pangolin.endFaults();
    const [add] = await list();
    expect(await replay('--id', add?.id ?? '')).toMatchObject({
      replayed: [{ replayed: 1, overtaken: 0, overtakenByLaterLetter: 1 }],
    });
    await eventuallyMembers('other-bad-user');
    expect(await replay()).toMatchObject({ replayed: [{ letters: 1, replayed: 1 }] });
    await eventually(async () => {
      expect(await pangolin.stats()).toMatchObject({ adds: 1, removes: 1 });
    });
    expect(await members()).toEqual(['other-bad-user']);
  });

  test('what is refused again is a dead letter again, as old as its operation', async () => {
    await dmp.addToAudience(AUDIENCE, ['bad-user']);
    await eventuallyDead(1);
    const [first] = await list();
    await replay();
    await eventuallyDead(1);
    const [again] = await list();
    expect(again).toMatchObject({ publishedAt: first?.publishedAt, requestId: first?.requestId });
    expect(again?.id).not.toBe(first?.id);
  });

  test('a purge takes what is meant, and nothing else', async () => {
    await dmp.addToAudience(AUDIENCE, ['bad-user']);
    await eventuallyDead(1);
    const purge = async (...args: readonly string[]) =>
      purgeReport.parse(JSON.parse((await run('purge', '--json', '--yes', ...args)).stdout));
    expect(await purge('--older-than', '1h')).toMatchObject({ purged: [] });
    expect(await purge('--dry-run')).toMatchObject({ purged: [{ letters: 1, members: 1 }] });
    expect(await list()).toHaveLength(1);
    expect(await purge()).toMatchObject({ purged: [{ letters: 1, members: 1 }] });
    expect(await list()).toEqual([]);
  });

  test('an id that is not there: exit code 1, with what to do next', async () => {
    const { code, stderr } = await runCli(['dead-letters', 'show', 'nobody'], operator);
    expect(code).toBe(1);
    expect(stderr).toContain('list');
  });
}

function deployment({ runName }: LocalStack): Environment {
  return {
    GOOGLE_CLOUD_PROJECT: LOCAL_PROJECT,
    TOPIC: runName,
    CONTROL_TOPIC: `${runName}-control`,
    DEAD_LETTER_SUBSCRIPTION: `${runName}-dead-letters`,
    FIRESTORE_COLLECTION: runName,
    DESTINATION: 'pangolin',
  };
}
