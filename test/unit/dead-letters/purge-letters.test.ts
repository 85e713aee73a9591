import { expect, test } from '@jest/globals';
import type { DeadLetterFilter } from '../../../shared/dead-letters/filter.ts';
import { digestOf } from '../../../shared/dead-letters/digest-of.ts';
import { operationsFixture, type OperationsFixture } from './operations-fixture.ts';
import { at, AUDIENCE, letter } from './sample-letters.ts';

const purge = (filter: DeadLetterFilter = {}) => ({ filter, dryRun: false });
const rejected = { reasons: ['member-rejected' as const] };

/** Who is recorded as dead in the audience, and whether a crowd is. */
async function recorded({ deadMembers }: OperationsFixture, users: readonly string[]) {
  const { members, others } = await deadMembers.find(AUDIENCE);
  const known = users.filter((user) => members.has(digestOf(AUDIENCE, user)));
  return others === undefined ? known : [...known, '(others)'];
}

test('removes what matches and tells what it was', async () => {
  const { operations, give, left, queued } = operationsFixture();
  const [, kept] = await give(
    letter('08:00:00', ['add:a', 'add:b']),
    letter('09:00:00', ['add:c'], { reason: 'member-failing' }),
    letter('10:00:00', ['add:d']),
  );
  const report = await operations.purge(purge(rejected));
  expect(report).toEqual({
    dryRun: false,
    purged: [{ audience: AUDIENCE, reason: 'member-rejected', letters: 2, members: 3 }],
    failure: undefined,
    complete: true,
    unreadable: 0,
  });
  expect(await left()).toEqual([kept]);
  expect(queued()).toEqual([]);
});

test('a dry run tells the same and changes nothing', async () => {
  const fixture = operationsFixture();
  const { operations, give, left, deadMembers } = fixture;
  await deadMembers.recordDead(AUDIENCE, { users: ['a'], at: at('08:00:00') });
  const ids = await give(letter('08:00:00', ['add:a']));
  const dry = await operations.purge({ filter: {}, dryRun: true });
  expect(await left()).toEqual(ids);
  expect(await recorded(fixture, ['a'])).toEqual(['a']);
  expect(await operations.purge(purge())).toEqual({ ...dry, dryRun: false });
});

test('more letters than are removed at a time', async () => {
  const { operations, give, left } = operationsFixture();
  await give(...Array.from({ length: 250 }, (_, index) => letter('08:00:00', [`add:${index}`])));
  const told: number[] = [];
  const report = await operations.purge(purge(), ({ done }) => told.push(done));
  expect(report.purged).toMatchObject([{ letters: 250, members: 250 }]);
  expect(told).toEqual([100, 200, 250]);
  expect(await left()).toEqual([]);
});

test('whose last letter is purged is forgotten, the others are not', async () => {
  const fixture = operationsFixture();
  const { operations, give, deadMembers } = fixture;
  await deadMembers.recordDead(AUDIENCE, { users: ['a', 'b'], at: at('08:00:00') });
  await deadMembers.recordDead(AUDIENCE, { users: ['b', 'c'], at: at('09:00:00') });
  await give(
    letter('08:00:00', ['add:b'], { reason: 'member-failing' }),
    letter('09:00:00', ['add:a', 'remove:b']),
    letter('09:00:00', ['add:c'], { reason: 'member-failing' }),
  );
  await operations.purge(purge(rejected));
  // Of b an older letter is left: its replay must know what has overtaken it.
  expect(await recorded(fixture, ['a', 'b', 'c'])).toEqual(['b', 'c']);
  await operations.purge(purge());
  expect(await recorded(fixture, ['c'])).toEqual([]);
});

test('what died after the purged operation is not forgotten', async () => {
  const fixture = operationsFixture();
  const { operations, give, deadMembers } = fixture;
  await give(letter('08:00:00', ['add:a']));
  await deadMembers.recordDead(AUDIENCE, { users: ['a'], at: at('08:30:00') });
  await operations.purge(purge());
  expect(await recorded(fixture, ['a'])).toEqual(['a']);
});

test('the crowd is forgotten with the last letter of the audience', async () => {
  const fixture = operationsFixture();
  const { operations, give, deadMembers } = fixture;
  await deadMembers.recordDead(AUDIENCE, { at: at('08:00:00') });
  await deadMembers.recordDead(AUDIENCE, { at: at('09:00:00') });
  const reason = 'retry-window-ended';
  const unreadable = { original: Buffer.from('?').toString('base64'), reason } as const;
  const [first = '', second = ''] = await give(
    letter('08:00:00', ['add:a'], { reason }),
    letter('09:00:00', [], unreadable),
    letter('10:00:00', ['add:a'], { reason, audience: 'a.2' }),
    letter('11:00:00', ['add:a'], { destination: 'rokt' }),
  );
  await operations.purge(purge({ ids: [first, second] }));
  expect(await recorded(fixture, [])).toEqual([]);
});

test('the crowd is not forgotten while a letter of the audience is left', async () => {
  const fixture = operationsFixture();
  const { operations, give, deadMembers } = fixture;
  await deadMembers.recordDead(AUDIENCE, { at: at('09:00:00') });
  const reason = 'retry-window-ended';
  const [, second = ''] = await give(
    letter('08:00:00', ['add:a'], { reason }),
    letter('09:00:00', ['add:b'], { reason }),
  );
  await operations.purge(purge({ ids: [second] }));
  expect(await recorded(fixture, [])).toEqual(['(others)']);
});

test('without sight of all letters nothing is forgotten', async () => {
  const fixture = operationsFixture({ limits: { maxLetters: 1, maxBytes: 1e6 } });
  const { operations, give, deadMembers } = fixture;
  await deadMembers.recordDead(AUDIENCE, { users: ['a'], at: at('08:00:00') });
  await give(letter('08:00:00', ['add:a']), letter('07:00:00', ['remove:a']));
  expect(await operations.purge(purge())).toMatchObject({ complete: false });
  expect(await recorded(fixture, ['a'])).toEqual(['a']);
});

test('letters of another destination are purged, and nobody is forgotten here', async () => {
  const fixture = operationsFixture();
  const { operations, give, left, deadMembers } = fixture;
  await deadMembers.recordDead(AUDIENCE, { users: ['a'], at: at('08:00:00') });
  await give(letter('08:00:00', ['add:a'], { destination: 'rokt' }));
  await operations.purge(purge());
  expect(await left()).toEqual([]);
  expect(await recorded(fixture, ['a'])).toEqual(['a']);
});
