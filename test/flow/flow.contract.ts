import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDmpClient, type DmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient, type PangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { playDemo } from '../../cli/demo/play.ts';
import { startLocalStack, type LocalStack } from '../../cli/local-stack/local-stack.ts';
import { readConfig, type Environment } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { eventually } from '../setup/eventually.ts';
import { UNHURRIED } from '../setup/unhurried.ts';

/** Users of every ordering key: once they are there, all that was sent before has been dealt with. */
const LAST = Array.from({ length: 10 }, (_, index) => `last-${index}`);

/** The four calls over HTTP, through the whole relay; run on every set of implementations. */
export function flowContract(emulators: () => Environment): void {
  let stack: LocalStack;
  let dmp: DmpClient;
  let pangolin: PangolinClient;

  const start = async (variables: Environment = {}): Promise<void> => {
    const free = { ...UNHURRIED, PORT: '0', PANGOLIN_PORT: '0', ...emulators() };
    const config = readConfig('localStack', { ...free, ...variables });
    stack = await startLocalStack(config, createLogger('silent'));
    dmp = createDmpClient({ url: stack.intakeUrl, secret: 'local-secret' });
    pangolin = createPangolinClient(stack.pangolinUrl);
  };
  const membersOf = async (title: string): Promise<string[]> => {
    const segment = (await pangolin.segments()).find((candidate) => candidate.title === title);
    return segment === undefined ? [] : pangolin.users(segment.segment_id);
  };
  const eventuallyMembers = (title: string, users: readonly string[]) =>
    eventually(async () => {
      expect((await membersOf(title)).sort()).toEqual([...users].sort());
    });

  beforeEach(() => start());
  afterEach(() => stack.stop());
  const restart = async (variables: Environment): Promise<void> => {
    await stack.stop();
    await start(variables);
  };

  test('1,000 users added and 100 of them removed: exactly the 900 others are members', async () => {
    const result = await playDemo(dmp, pangolin);
    expect(result).toMatchObject({ expected: 900, arrived: 900, exact: true });
  });

  test('1,000 mutations for one audience, sent as 10 requests, take at most 10 calls', async () => {
    await dmp.createAudience('a.1', 'Calls');
    await eventually(async () => {
      expect(await pangolin.segments()).toHaveLength(1);
    });
    const { calls: before } = await pangolin.stats();
    const users = Array.from({ length: 1_000 }, (_, index) => `user-${index}`);
    const batches = Array.from({ length: 10 }, (_, at) => users.slice(at * 100, at * 100 + 100));
    await Promise.all(batches.map((batch) => dmp.addToAudience('a.1', batch)));
    await eventuallyMembers('Calls', users);
    expect((await pangolin.stats()).calls - before).toBeLessThanOrEqual(10);
  });

  test('a mutation for an audience not yet known waits for it', async () => {
    expect((await dmp.addToAudience('a.late', ['user-1'])).status).toBe(200);
    expect((await dmp.createAudience('a.late', 'Late')).status).toBe(200);
    await eventuallyMembers('Late', ['user-1']);
  });

  test('a request that was captured and is sent again changes nothing', async () => {
    const twice = async (call: () => Promise<unknown>) => {
      await call();
      await call();
    };
    await twice(() => dmp.createAudience('a.1', 'Again'));
    await twice(() => dmp.addToAudience('a.1', ['user-1', 'user-2']));
    await twice(() => dmp.removeFromAudience('a.1', ['user-2']));
    await dmp.addToAudience('a.1', ['user-3']);
    await eventuallyMembers('Again', ['user-1', 'user-3']);
    expect(await pangolin.segments()).toHaveLength(1);
  });

  test('add and remove of one user arrive in order', async () => {
    await dmp.createAudience('a.1', 'Order');
    // All of them wait and are delivered again at the same time, as after an outage.
    await pangolin.setFaults({ error500: 1 });
    const leaving = Array.from({ length: 10 }, (_, index) => `leaving-${index}`);
    for (const user of leaving) await dmp.addToAudience('a.1', [user]);
    for (const user of leaving) await dmp.removeFromAudience('a.1', [user]);
    await dmp.removeFromAudience('a.1', ['staying']);
    await dmp.addToAudience('a.1', ['staying']);
    await pangolin.endFaults();
    await dmp.addToAudience('a.1', LAST);
    await eventuallyMembers('Order', ['staying', ...LAST]);
  });

  test('the person creating the audience reads why it failed, and may try again', async () => {
    await pangolin.setFaults({ refuseTitles: ['Forbidden'] });
    const refused = await dmp.createAudience('a.1', 'Forbidden');
    expect(refused.status).toBe(422);
    expect(refused.body).toEqual({ error: expect.stringContaining('not allowed') });
    await pangolin.endFaults();
    expect((await dmp.createAudience('a.1', 'Forbidden')).status).toBe(200);
    await eventuallyMembers('Forbidden', []);
  });

  test('CREATE_AUDIENCE twice at once makes one segment', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => dmp.createAudience('a.1', 'Once')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await eventually(async () => {
      expect(await pangolin.stats()).toMatchObject({ calls: 1, creates: 1 });
    });
  });

  test('with RETURN_SEGMENT_ID, mutations may name the segment or the audience', async () => {
    await restart({ RETURN_SEGMENT_ID: 'true' });
    const created = await dmp.createAudience('a.1', 'By id');
    const [segment] = await pangolin.segments();
    expect(created).toMatchObject({ status: 200, body: { id: String(segment?.segment_id) } });
    await dmp.addToAudience(String(segment?.segment_id), ['user-1']);
    await dmp.addToAudience('a.1', ['user-2']);
    await eventuallyMembers('By id', ['user-1', 'user-2']);
  });

  test('CREATE_AUDIENCE again under another name renames nothing, and answers the same id', async () => {
    await restart({ RETURN_SEGMENT_ID: 'true' });
    const first = await dmp.createAudience('a.1', 'First name');
    const again = await dmp.createAudience('a.1', 'Second name');
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect((await pangolin.segments()).map(({ title }) => title)).toEqual(['First name']);
  });

  test('with RETURN_SEGMENT_ID, order holds across the two ids of an audience', async () => {
    await restart({ RETURN_SEGMENT_ID: 'true' });
    const { body } = await dmp.createAudience('a.1', 'Two ids');
    const { id } = body as { id: string };
    // All of them wait and are delivered again at the same time, as after an outage.
    await pangolin.setFaults({ error500: 1 });
    const users = Array.from({ length: 10 }, (_, index) => `user-${index}`);
    for (const user of users) await dmp.addToAudience('a.1', [user]);
    for (const user of users) await dmp.removeFromAudience(id, [user]);
    await pangolin.endFaults();
    await dmp.addToAudience('a.1', LAST);
    await eventuallyMembers('Two ids', LAST);
  });

  test('a refused member does not sink its batch', async () => {
    await dmp.createAudience('a.1', 'Poison');
    await pangolin.setFaults({ refuseUsers: ['user-3'] });
    const users = Array.from({ length: 8 }, (_, index) => `user-${index}`);
    await dmp.addToAudience('a.1', users);
    await eventuallyMembers(
      'Poison',
      users.filter((user) => user !== 'user-3'),
    );
  });

  test('members arrive although the platform fails at times', async () => {
    await dmp.createAudience('a.1', 'Faulty');
    await pangolin.setFaults({ error500: 0.3, error429: 0.2, reset: 0.2 });
    await dmp.addToAudience('a.1', ['user-1', 'user-2']);
    await dmp.removeFromAudience('a.1', ['user-1']);
    await eventuallyMembers('Faulty', ['user-2']);
  });

  test('one poison member among many does not hold up the rest, even on a bad day', async () => {
    await dmp.createAudience('a.1', 'Bad day');
    const faults = { error500: 0.15, error429: 0.15, reset: 0.1 };
    await pangolin.setFaults({ ...faults, refuseUsers: ['user-5'] });
    const users = Array.from({ length: 100 }, (_, index) => `user-${index}`);
    await dmp.addToAudience('a.1', users);
    await eventuallyMembers(
      'Bad day',
      users.filter((user) => user !== 'user-5'),
    );
  });

  test('a platform that takes users one by one', async () => {
    await restart({ DESTINATION: 'pangolin-one-by-one' });
    await dmp.createAudience('a.1', 'One & one');
    await dmp.addToAudience('a.1', ['user&1', 'user 2', 'user-3']);
    await eventuallyMembers('One & one', ['user&1', 'user 2', 'user-3']);
    await dmp.removeFromAudience('a.1', ['user-3']);
    await eventuallyMembers('One & one', ['user&1', 'user 2']);
    expect(await pangolin.stats()).toMatchObject({ calls: 5 });
  });
}
