import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalClient } from '../../cli/dead-letters/local-client.ts';
import { createDmpClient, type DmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { startLocalStack, type LocalStack } from '../../cli/local-stack/local-stack.ts';
import { readConfig, type Environment } from '../../shared/config.ts';
import type { DeadLetterOperations } from '../../shared/dead-letters/dead-letter-operations.ts';
import { createLogger } from '../../shared/logger.ts';
import { eventually } from '../setup/eventually.ts';
import { settlesWithin } from '../setup/machine-time.ts';
import { UNHURRIED } from '../setup/unhurried.ts';
import { startFront, type Front, type Health } from './fan-out-front.ts';

const AUDIENCE = 'a.1';
const TITLE = 'Fan-out';
const IDS = ['pangolin', 'pangolin-one-by-one'] as const;

/** What a platform that is well may take, however ill the other one is; of machine time. */
const IN_TIME_MS = 8_000;

/** One DMP, two platforms, run on every set of implementations. */
export function fanOutContract(emulators: () => Environment): void {
  let stack: LocalStack;
  let dmp: DmpClient;
  let front: Front;
  let operations: DeadLetterOperations;
  let platforms: Record<(typeof IDS)[number], PangolinClient>;

  const start = async (variables: Environment = {}): Promise<void> => {
    front = await startFront();
    const settings = { DESTINATION: IDS.join(','), DESTINATION_BASE_URL: front.url, SHARDS: '1' };
    const free = { ...UNHURRIED, PORT: '0', PANGOLIN_PORT: '0', ...emulators() };
    const config = readConfig('localStack', { ...free, ...settings, ...variables });
    stack = await startLocalStack(config, createLogger('silent'));
    front.passOnTo(stack.pangolinUrl);
    dmp = createDmpClient({ url: stack.intakeUrl, secret: 'local-secret' });
    operations = createLocalClient({ url: stack.intakeUrl, secret: 'local-secret' });
    const clientOf = (id: string) => createPangolinClient(stack.pangolinUrls.get(id) ?? '');
    platforms = { pangolin: clientOf(IDS[0]), 'pangolin-one-by-one': clientOf(IDS[1]) };
  };
  const stop = async (): Promise<void> => {
    await stack.stop();
    front.close();
  };
  beforeEach(() => start());
  afterEach(stop);

  const membersAt = async (id: (typeof IDS)[number], title = TITLE): Promise<string[]> => {
    const segment = (await platforms[id].segments()).find((one) => one.title === title);
    return segment === undefined ? [] : (await platforms[id].users(segment.segment_id)).sort();
  };
  const eventuallyMembers = (id: (typeof IDS)[number], users: readonly string[], title = TITLE) =>
    eventually(async () => {
      expect(await membersAt(id, title)).toEqual([...users].sort());
    });
  const eventuallySegments = (id: (typeof IDS)[number]) =>
    eventually(async () => {
      expect(await platforms[id].segments()).toHaveLength(1);
    });
  const createEverywhere = async (): Promise<void> => {
    expect((await dmp.createAudience(AUDIENCE, TITLE)).status).toBe(200);
    for (const id of IDS) await eventuallySegments(id);
  };

  test.each<[string, Health]>([
    ['fails', 500],
    ['refuses us', 403],
    ['is down', 'down'],
  ])(
    'while one platform %s the other gets everything in time, and the one as well once it is back',
    async (_, health) => {
      await createEverywhere();
      front.setHealth(health);
      const users = Array.from({ length: 40 }, (_one, index) => `user-${index}`);
      const [leaving, staying] = [users.slice(0, 10), users.slice(10)];
      for (const batch of [users.slice(0, 20), users.slice(20)]) {
        expect((await dmp.addToAudience(AUDIENCE, batch)).status).toBe(200);
      }
      await dmp.removeFromAudience(AUDIENCE, leaving);
      expect((await dmp.createAudience('a.2', 'Later')).status).toBe(200);
      await dmp.addToAudience('a.2', ['late']);

      const arriving = Promise.all([
        eventuallyMembers(IDS[1], staying),
        eventuallyMembers(IDS[1], ['late'], 'Later'),
      ]);
      expect(await settlesWithin(arriving, IN_TIME_MS)).toBe(true);
      await arriving;
      expect(await platforms[IDS[1]].stats()).toMatchObject({ removes: 10 });
      expect(front.turnedAway()).toBeGreaterThan(0);
      expect(await platforms[IDS[0]].stats()).toMatchObject({ creates: 1, adds: 0, removes: 0 });

      front.setHealth('well');
      await eventuallyMembers(IDS[0], staying);
      await eventuallyMembers(IDS[0], ['late'], 'Later');
      for (const id of IDS) {
        const { creates, adds, removes } = await platforms[id].stats();
        expect({ creates, removes }).toEqual({ creates: 2, removes: 10 });
        // Nobody is added twice; who leaves again in the same key batch is not added at all.
        expect(adds).toBeGreaterThanOrEqual(31);
        expect(adds).toBeLessThanOrEqual(41);
      }
      expect((await operations.list({})).letters).toEqual([]);
    },
  );

  describe.each([[...IDS], [...IDS].reverse()])(
    'a member that %s refuses',
    (refusing = IDS[0], other = IDS[1]) => {
      const letters = async () => (await operations.list({})).letters;

      test('is a dead letter there and a member elsewhere; its replay reaches that one only', async () => {
        await createEverywhere();
        await platforms[refusing].setFaults({ refuseUsers: ['bad-user'] });
        await dmp.addToAudience(AUDIENCE, ['bad-user', 'good-user']);
        await eventuallyMembers(other, ['bad-user', 'good-user']);
        await eventuallyMembers(refusing, ['good-user']);
        await eventually(async () => {
          expect(await letters()).toEqual([
            expect.objectContaining({
              destination: refusing,
              members: 1,
              reason: 'member-rejected',
            }),
          ]);
        });

        await platforms[refusing].endFaults();
        const before = await platforms[other].stats();
        const replay = { filter: {}, dryRun: false, includeUncertain: false };
        const row = { audience: AUDIENCE, reason: 'member-rejected', letters: 1, replayed: 1 };
        expect(await operations.replay(replay)).toMatchObject({ replayed: [row], kept: [] });
        await eventuallyMembers(refusing, ['bad-user', 'good-user']);
        expect(await letters()).toEqual([]);

        // Of the same ordering key: once it has arrived, the replay has been dealt with everywhere.
        await dmp.addToAudience(AUDIENCE, ['next']);
        for (const id of IDS) await eventuallyMembers(id, ['bad-user', 'good-user', 'next']);
        expect((await platforms[other].stats()).adds).toBe(before.adds + 1);
      });
    },
  );

  test('what is overtaken at one platform is replayed at the other', async () => {
    const letters = async () => (await operations.list({})).letters;
    await createEverywhere();
    for (const id of IDS) await platforms[id].setFaults({ refuseUsers: ['bad-user'] });
    await dmp.addToAudience(AUDIENCE, ['bad-user']);
    await eventually(async () => {
      expect((await letters()).map(({ destination }) => destination).sort()).toEqual(IDS);
    });
    // The remove is delivered to the first; at the other it dies, and is thrown away.
    await platforms[IDS[0]].endFaults();
    await dmp.removeFromAudience(AUDIENCE, ['bad-user']);
    await eventually(async () => {
      expect(await letters()).toHaveLength(3);
      expect(await platforms[IDS[0]].stats()).toMatchObject({ removes: 1 });
    });
    await platforms[IDS[1]].endFaults();
    const ids = [(await letters()).at(-1)?.id ?? ''];
    // A busy emulator may not hand out at once what the look before had in hand.
    await eventually(async () => {
      expect(await operations.purge({ filter: { ids }, dryRun: false })).toMatchObject({
        purged: [{ letters: 1, members: 1 }],
      });
    });

    const replay = { filter: {}, dryRun: false, includeUncertain: false };
    expect(await operations.replay(replay)).toMatchObject({
      replayed: [{ letters: 2, replayed: 1, overtaken: 1, overtakenByLaterLetter: 0 }],
    });
    await eventuallyMembers(IDS[1], ['bad-user']);
    expect(await platforms[IDS[1]].stats()).toMatchObject({ adds: 1, removes: 0 });
    expect(await platforms[IDS[0]].stats()).toMatchObject({ adds: 0, removes: 1 });
  });

  test('CREATE_AUDIENCE tells what the first says, whose id mutations may name for both', async () => {
    await stop();
    await start({ RETURN_SEGMENT_ID: 'true' });
    await platforms[IDS[1]].setFaults({ refuseTitles: [TITLE] });
    // Another audience first at the second platform alone, so that the two number their segments differently.
    front.setHealth('down');
    await dmp.createAudience('a.0', 'Zero');
    await eventuallySegments(IDS[1]);
    front.setHealth('well');
    const { status, body } = await dmp.createAudience(AUDIENCE, TITLE);
    expect(status).toBe(200);
    expect(body).toEqual({ id: expect.stringMatching(/^\d+$/) });
    await platforms[IDS[1]].endFaults();
    await dmp.createAudience(AUDIENCE, TITLE);
    await dmp.addToAudience((body as { id: string }).id, ['user-1']);
    for (const id of IDS) await eventuallyMembers(id, ['user-1']);
    expect(await membersAt(IDS[1], 'Zero')).toEqual([]);
  });
}
