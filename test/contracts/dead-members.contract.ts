import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MAX_INDEXED, type DeadMembers } from '../../shared/dead-letters/dead-members.ts';
import { digestOf } from '../../shared/dead-letters/digest-of.ts';

const AUDIENCE = 'a5940e473cea659.356693871497425011';
const DAY_MS = 24 * 60 * 60 * 1_000;
const START = Date.UTC(2026, 0, 1);

/**
 * What every store of dead members must do; call it inside a describe of the implementation. `create`
 * makes two instances of one new store, which run by the clock `now`; they may be the same.
 */
export function deadMembersContract(
  create: (now: () => Date) => readonly [DeadMembers, DeadMembers],
): void {
  let one: DeadMembers;
  let two: DeadMembers;
  let time: number;
  beforeEach(() => {
    time = START;
    [one, two] = create(() => new Date(time));
  });
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
  });

  /** Milliseconds after the start, so that the times in a test are easy to compare. */
  const at = (offset: number, users?: readonly string[]) => ({ users, at: START + offset });
  const member = async (user: string, audience = AUDIENCE) => {
    const found = (await one.find(audience)).members.get(digestOf(audience, user));
    return found && offsets(found);
  };
  const others = async () => {
    const found = (await one.find(AUDIENCE)).others;
    return found && offsets(found);
  };
  const expectNothing = async (audience = AUDIENCE) => {
    const { members, others: crowd } = await one.find(audience);
    expect([members.size, crowd]).toEqual([0, undefined]);
  };

  test('knows nothing at first, and nothing after what changes nothing', async () => {
    await expectNothing();
    await one.recordDelivered(AUDIENCE, at(1, ['anna']));
    await one.recordDelivered(AUDIENCE, at(1));
    await one.forget(AUDIENCE, at(1, ['anna']));
    await one.forget(AUDIENCE, at(1));
    await one.recordDead(AUDIENCE, at(1, []));
    await expectNothing();
  });

  test('knows the users given up on by their digests, and every instance sees them', async () => {
    await two.find(AUDIENCE);
    await one.recordDead(AUDIENCE, at(10, ['anna', 'ben', 'anna']));
    for (const instance of [one, two]) {
      const { members, others: crowd } = await instance.find(AUDIENCE);
      expect([...members.keys()].sort()).toEqual(
        ['anna', 'ben'].map((user) => digestOf(AUDIENCE, user)).sort(),
      );
      expect([...members.values()]).toEqual([{ diedAt: START + 10 }, { diedAt: START + 10 }]);
      expect(crowd).toBeUndefined();
    }
  });

  test('keeps the newest operation given up on', async () => {
    for (const offset of [20, 10]) await one.recordDead(AUDIENCE, at(offset, ['anna']));
    expect(await member('anna')).toEqual({ diedAt: 20 });
    await one.recordDead(AUDIENCE, at(30, ['anna', 'ben']));
    expect(await member('anna')).toEqual({ diedAt: 30 });
    expect(await member('ben')).toEqual({ diedAt: 30 });
  });

  test('keeps the newest delivered since, of the users it knows', async () => {
    await one.recordDead(AUDIENCE, at(20, ['anna', 'ben']));
    await one.recordDelivered(AUDIENCE, at(19, ['anna']));
    expect(await member('anna')).toEqual({ diedAt: 20 });
    // The operation itself, by a replay: older ones are overtaken by it from now on.
    await one.recordDelivered(AUDIENCE, at(20, ['anna']));
    expect(await member('anna')).toEqual({ diedAt: 20, deliveredAt: 20 });
    for (const offset of [40, 30]) {
      await one.recordDelivered(AUDIENCE, at(offset, ['carl', 'anna']));
      expect(await member('anna')).toEqual({ diedAt: 20, deliveredAt: 40 });
    }
    expect(await member('ben')).toEqual({ diedAt: 20 });
    expect(await member('carl')).toBeUndefined();
    await one.recordDead(AUDIENCE, at(50, ['anna']));
    expect(await member('anna')).toEqual({ diedAt: 50, deliveredAt: 40 });
    expect(await others()).toBeUndefined();
  });

  test('operations of nobody knows whom are the others, apart from the users it knows', async () => {
    await one.recordDead(AUDIENCE, at(5, ['anna']));
    await one.recordDelivered(AUDIENCE, at(30));
    expect(await others()).toBeUndefined();
    for (const offset of [20, 10]) await one.recordDead(AUDIENCE, at(offset));
    expect(await others()).toEqual({ diedAt: 20 });
    await one.recordDelivered(AUDIENCE, at(60, ['ben']));
    expect(await others()).toEqual({ diedAt: 20 });
    // Newer than what died at 10: the crowd's operations died at different times.
    await one.recordDelivered(AUDIENCE, at(15));
    expect(await others()).toEqual({ diedAt: 20, deliveredAt: 15 });
    for (const offset of [40, 30]) await one.recordDelivered(AUDIENCE, at(offset));
    await one.recordDead(AUDIENCE, at(50));
    expect(await others()).toEqual({ diedAt: 50, deliveredAt: 40 });
    expect(await member('anna')).toEqual({ diedAt: 5 });
  });

  test('a fresh look sees what another instance has just recorded', async () => {
    await one.recordDead(AUDIENCE, at(10, ['anna']));
    await two.find(AUDIENCE);
    await one.recordDelivered(AUDIENCE, at(20, ['anna']));
    const { members } = await two.find(AUDIENCE, 'fresh');
    expect(members.get(digestOf(AUDIENCE, 'anna'))).toMatchObject({ deliveredAt: START + 20 });
  });

  test('users beyond the limit are among the others; those it knows are still followed', async () => {
    const users = Array.from({ length: MAX_INDEXED + 2 }, (_, index) => `user-${index}`);
    const last = `user-${MAX_INDEXED + 1}`;
    await one.recordDead(AUDIENCE, at(10, users));
    expect((await one.find(AUDIENCE)).members.size).toBe(MAX_INDEXED);
    expect(await member('user-0')).toEqual({ diedAt: 10 });
    expect(await member(last)).toBeUndefined();
    expect(await others()).toEqual({ diedAt: 10 });

    await one.recordDead(AUDIENCE, at(30, ['user-0', last]));
    await one.recordDead(AUDIENCE, at(20, [last]));
    await one.recordDelivered(AUDIENCE, at(40, ['user-0', last]));
    expect(await member('user-0')).toEqual({ diedAt: 30, deliveredAt: 40 });
    expect(await others()).toEqual({ diedAt: 30 });

    await one.forget(AUDIENCE, at(10, ['user-1']));
    await one.recordDead(AUDIENCE, at(50, [last]));
    expect(await member(last)).toEqual({ diedAt: 50 });
    expect((await one.find(AUDIENCE)).members.size).toBe(MAX_INDEXED);
  });

  test('forgets what was given up on up to a time, and no newer one', async () => {
    await one.recordDead(AUDIENCE, at(10, ['anna', 'carl']));
    await one.recordDead(AUDIENCE, at(20, ['ben']));
    await one.recordDead(AUDIENCE, at(20));
    await one.forget(AUDIENCE, at(10, ['anna', 'ben', 'dora']));
    await one.forget(AUDIENCE, at(19));
    expect(await member('anna')).toBeUndefined();
    expect(await member('ben')).toEqual({ diedAt: 20 });
    expect(await member('carl')).toEqual({ diedAt: 10 });
    expect(await others()).toEqual({ diedAt: 20 });
    await one.forget(AUDIENCE, at(20));
    expect(await others()).toBeUndefined();
    await one.forget(AUDIENCE, at(30, ['ben', 'carl']));
    await expectNothing();
  });

  test('what two instances record at once is all kept', async () => {
    const users = Array.from({ length: 6 }, (_, index) => `user-${index}`);
    await Promise.all(
      users.map((user, index) => (index % 2 ? one : two).recordDead(AUDIENCE, at(index, [user]))),
    );
    const known = await Promise.all(users.map((user) => member(user)));
    expect(known).toEqual(users.map((_, index) => ({ diedAt: index })));
  });

  test.each(['with/slash', '.', '..', 'a.b', '__id__', 'ä€😀', ' ', '%2F', '漢'.repeat(256)])(
    'takes any id of an audience and of a user: %j',
    async (id) => {
      await one.recordDead(id, at(10, [id]));
      await one.recordDelivered(id, at(20, [id]));
      expect(await member(id, id)).toEqual({ diedAt: 10, deliveredAt: 20 });
      await one.forget(id, at(10, [id]));
      await expectNothing(id);
    },
  );

  test('audiences do not know of each other', async () => {
    await one.recordDead(AUDIENCE, at(10, ['anna']));
    await one.recordDead('a/1', at(20, ['anna']));
    await one.recordDelivered('a', at(30, ['anna']));
    await one.forget('a/1', at(20, ['anna']));
    expect(await member('anna')).toEqual({ diedAt: 10 });
    await expectNothing('a');
    await expectNothing('a/1');
  });

  test('what no dead letter is kept of any more is dropped at the next change', async () => {
    await one.recordDead(AUDIENCE, at(0, ['anna']));
    await one.recordDead(AUDIENCE, at(0));
    time = START + 31 * DAY_MS;
    await one.recordDead(AUDIENCE, at(10, ['ben']));
    expect(await member('anna')).toEqual({ diedAt: 0 });
    expect(await others()).toEqual({ diedAt: 0 });
    time += 1;
    await one.recordDead(AUDIENCE, at(10, ['carl']));
    expect(await member('anna')).toBeUndefined();
    expect(await others()).toBeUndefined();
    expect(await member('ben')).toEqual({ diedAt: 10 });
  });

  test('what is given up on again is kept, however old it is', async () => {
    await one.recordDead(AUDIENCE, at(0, ['anna']));
    await one.recordDelivered(AUDIENCE, at(1, ['anna']));
    time = START + 32 * DAY_MS;
    await one.recordDead(AUDIENCE, at(0, ['anna']));
    expect(await member('anna')).toEqual({ diedAt: 0, deliveredAt: 1 });
    time = START;
    await one.recordDead(AUDIENCE, at(0));
    await one.recordDelivered(AUDIENCE, at(1));
    time = START + 32 * DAY_MS;
    await one.recordDead(AUDIENCE, at(0));
    expect(await others()).toEqual({ diedAt: 0, deliveredAt: 1 });
  });
}

function offsets(times: { diedAt: number; deliveredAt?: number | undefined }) {
  const { diedAt, deliveredAt } = times;
  return {
    diedAt: diedAt - START,
    ...(deliveredAt === undefined ? {} : { deliveredAt: deliveredAt - START }),
  };
}
