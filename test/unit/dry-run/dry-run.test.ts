import { describe, expect, test } from '@jest/globals';
import type { Member } from '../../../shared/destinations/destination.ts';
import { AUDIENCE, dryRunFixture, mutations, NOW, untouchable } from './dry-run-fixture.ts';

const create = {
  kind: 'create-audience',
  requestId: 'r-1',
  audience: { id: AUDIENCE, name: 'Test audience' },
} as const;
const called = { event: 'destination_called', result: 'outcomes', dryRun: true };

/** Members of the calls, as `operation members`. */
const callsIn = (lines: readonly Readonly<Record<string, unknown>>[]) =>
  lines
    .filter(({ event }) => event === 'destination_called')
    .map(({ operation, members }) => `${String(operation)} ${String(members)}`);

describe('A dry run calls nobody', () => {
  test('members are batched within the limits, logged as counts and acknowledged', async () => {
    const { deliver, lines } = dryRunFixture();
    expect(await deliver(mutations({ adds: 30, removes: 5 }), { kind: 'mutations' })).toBe('ack');
    expect(callsIn(lines).sort()).toEqual(['add 10', 'add 10', 'add 10', 'remove 5']);
    expect(lines).toContainEqual(expect.objectContaining(called));
    expect(lines.at(-1)).toMatchObject({
      event: 'delivery_settled',
      settled: 'ack',
      delivered: 35,
      dryRun: true,
    });
    expect(lines.filter(({ dryRun }) => dryRun !== true)).toEqual([]);
  });

  test('a warning says at the start that all of it goes nowhere', () => {
    const { lines } = dryRunFixture();
    expect(lines).toEqual([
      expect.objectContaining({
        severity: 'WARNING',
        event: 'dry_run_started',
        destination: 'untouchable',
        message: expect.stringContaining('goes nowhere'),
      }),
    ]);
  });

  test('bytes are counted as the destination counts them', async () => {
    const { capabilities } = untouchable();
    const { deliver, lines } = dryRunFixture(
      untouchable({
        capabilities: { ...capabilities, maxBytesPerCall: 100 },
        memberBytes: () => 30,
      }),
    );
    await deliver(mutations({ adds: 6 }));
    expect(callsIn(lines).sort()).toEqual(['add 3', 'add 3']);
  });

  test('a creation is acknowledged, told as one, and remembered for what comes after it', async () => {
    const { deliver, dry, lines } = dryRunFixture();
    expect(await deliver(create)).toBe('ack');
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'audience_created', dryRun: true }),
    );
    const record = await dry.audienceMap.find(AUDIENCE);
    expect(record).toMatchObject({ state: 'ready', audience: create.audience });
    expect(await deliver(mutations({ adds: 1 }))).toBe('ack');
    expect(lines.filter(({ event }) => event === 'audience_created')).toHaveLength(1);
  });

  test('made-up segments are numbers, one to an audience, the same in every instance', async () => {
    const segmentsOf = async () => {
      const { dry } = dryRunFixture();
      const requests = ['a.1', 'a.2'].map((audienceId) => ({ title: 'Same', audienceId }));
      const made = requests.map((request) => dry.destination.createSegment(request));
      return (await Promise.all(made)).map(({ segment }) => segment);
    };
    const [one = '', other = ''] = await segmentsOf();
    expect(String(Number(one))).toBe(one);
    expect(other).not.toBe(one);
    expect(await segmentsOf()).toEqual([one, other]);
  });
});

describe('A dry run writes nothing', () => {
  test('not to the audience map', async () => {
    const { deliver, real } = dryRunFixture();
    await deliver(create);
    await deliver(mutations({ adds: 1 }, 'a.2'));
    expect(await real.audienceMap.find(AUDIENCE)).toBeUndefined();
    expect(await real.audienceMap.find('a.2')).toBeUndefined();
  });

  test('not to the dead letters, whatever it is given', async () => {
    const { deliver, real, published } = dryRunFixture();
    const entries = [{ reason: 'no id', operation: 'add', entry: '{}' } as const];
    const kind = 'mutations';
    expect(await deliver({ kind: 'rejected-entries', entries })).toBe('ack');
    expect(await deliver('no JSON')).toBe('ack');
    expect(await deliver(mutations({ adds: 1 }), { kind, age: 'old' })).toBe('ack');
    expect(published).toEqual([]);
    expect(await real.deadMembers.find(AUDIENCE)).toEqual({ members: new Map() });
  });

  test('not to the dead members, which it reads: what was overtaken is counted as such', async () => {
    const { deliver, real, dry, lines } = dryRunFixture();
    const users = ['add-0'];
    await real.deadMembers.recordDead(AUDIENCE, { users, at: NOW - 30 });
    const record = await real.deadMembers.find(AUDIENCE);
    await deliver(mutations({ adds: 1 }));
    expect(await real.deadMembers.find(AUDIENCE)).toEqual(record);

    await real.deadMembers.recordDelivered(AUDIENCE, { users, at: NOW - 10 });
    await deliver(mutations({ adds: 2 }), { operatedAt: String(NOW - 30) });
    expect(lines.at(-1)).toMatchObject({ delivered: 1, skipped: 1 });
    await dry.deadMembers.forget(AUDIENCE, { users, at: NOW });
    expect((await real.deadMembers.find(AUDIENCE)).members.size).toBe(1);
  });
});

describe('Audiences in a dry run', () => {
  test('those that are ready have their real segment', async () => {
    const members: Member[] = [];
    const { capabilities } = untouchable();
    const { deliver, real } = dryRunFixture(
      untouchable({
        capabilities: { ...capabilities, maxBytesPerCall: 100 },
        memberBytes: (_operation, member) => members.push(member),
      }),
    );
    const audience = { id: AUDIENCE, name: 'Test audience' };
    const claim = await real.audienceMap.claim({ audience, requestId: 'r-0', leaseMs: 1_000 });
    if (claim.claimed) await real.audienceMap.settleReady(claim.lease, '777');
    await deliver(mutations({ adds: 1 }));
    await deliver(mutations({ adds: 1 }, '777'));
    await deliver(mutations({ adds: 1 }, 'a.2'));
    expect(members.map(({ segment }) => segment)).toEqual([
      '777',
      '777',
      expect.not.stringMatching(/^777$/),
    ]);
  });

  test.each(['creating', 'failed'])('those that are %s get one of their own', async (state) => {
    const { deliver, real, lines } = dryRunFixture();
    const audience = { id: AUDIENCE, name: 'Test audience' };
    const claim = await real.audienceMap.claim({ audience, requestId: 'r-0', leaseMs: 60_000 });
    if (claim.claimed && state === 'failed') {
      await real.audienceMap.settleFailed(claim.lease, 'It has this name already.');
    }
    const before = await real.audienceMap.find(AUDIENCE);
    expect(before).toMatchObject({ state });
    expect(await deliver(mutations({ adds: 3 }))).toBe('ack');
    expect(callsIn(lines)).toEqual(['add 3']);
    expect(await real.audienceMap.find(AUDIENCE)).toEqual(before);
  });
});

test('closing closes what is real', async () => {
  const { dry, closed } = dryRunFixture();
  const { destination, audienceMap, deadMembers, deadLetters } = dry;
  await Promise.all([audienceMap, deadMembers, deadLetters].map((part) => part.close()));
  await destination.close?.();
  expect(closed.sort()).toEqual(['audience map', 'dead letters', 'destination', 'members']);
});
