import { expect, test } from '@jest/globals';
import type { DeadLetterFilter } from '../../../shared/dead-letters/filter.ts';
import { operationsFixture } from './operations-fixture.ts';
import { at, AUDIENCE, letter } from './sample-letters.ts';

const replay = (filter: DeadLetterFilter = {}) => ({
  filter,
  dryRun: false,
  includeUncertain: false,
});
const progressOf = () => {
  const told: string[] = [];
  const onProgress = ({ done, total }: { done: number; total: number }) =>
    void told.push(`${done}/${total}`);
  return { told, onProgress };
};

test('publishes the oldest operation first and removes what is stored in the queue', async () => {
  const { operations, give, left, queued } = operationsFixture();
  await give(
    letter('10:00:00', ['add:c', 'remove:d']),
    letter('08:00:00', ['add:a']),
    letter('09:00:00', ['add:b'], { audience: 'a.2', reason: 'member-failing' }),
  );
  const { told, onProgress } = progressOf();
  const report = await operations.replay(replay(), onProgress);
  expect(queued()).toEqual([['add:a'], ['add:b'], ['add:c'], ['remove:d']]);
  expect(await left()).toEqual([]);
  expect(told).toEqual(['1/3', '2/3', '3/3']);
  const none = { overtaken: 0, overtakenByLaterLetter: 0 };
  expect(report).toEqual({
    dryRun: false,
    replayed: [
      { audience: 'a.1', reason: 'member-rejected', letters: 2, replayed: 3, ...none },
      { audience: 'a.2', reason: 'member-failing', letters: 1, replayed: 1, ...none },
    ],
    kept: [],
    failure: undefined,
    complete: true,
    unreadable: 0,
  });
});

test('a dry run tells the same and changes nothing', async () => {
  const { operations, give, left, queued } = operationsFixture();
  const ids = await give(letter('08:00:00', ['add:a']), letter('09:00:00', ['remove:a', 'add:b']));
  const dry = await operations.replay({ ...replay(), dryRun: true });
  expect(queued()).toEqual([]);
  expect(await left()).toEqual(ids);
  expect(await operations.replay(replay())).toEqual({ ...dry, dryRun: false });
});

test('what is not selected stays, and still overtakes what is older', async () => {
  const { operations, give, left, queued } = operationsFixture();
  const [, later] = await give(
    letter('08:00:00', ['add:a', 'add:b']),
    letter('09:00:00', ['remove:a'], { reason: 'retry-window-ended' }),
  );
  const report = await operations.replay(replay({ reasons: ['member-rejected'] }));
  expect(queued()).toEqual([['add:b']]);
  expect(report.replayed).toMatchObject([{ replayed: 1, overtakenByLaterLetter: 1 }]);
  expect(await left()).toEqual([later]);
});

test('what newer operations have overtaken is told, and goes with the letter', async () => {
  const { operations, give, left, queued, deadMembers } = operationsFixture();
  await deadMembers.recordDead(AUDIENCE, { users: ['a', 'b'], at: at('08:00:00') });
  await deadMembers.recordDelivered(AUDIENCE, { users: ['a'], at: at('09:00:00') });
  await give(letter('08:00:00', ['add:a', 'add:b']));
  const report = await operations.replay(replay());
  expect(report.replayed).toMatchObject([{ letters: 1, replayed: 1, overtaken: 1 }]);
  expect(queued()).toEqual([['add:b']]);
  expect(await left()).toEqual([]);
});

test('the record stays: forward checks the operation again when it delivers it', async () => {
  const { operations, give, deadMembers } = operationsFixture();
  await deadMembers.recordDead(AUDIENCE, { users: ['a'], at: at('08:00:00') });
  await give(letter('08:00:00', ['add:a']));
  const before = await deadMembers.find(AUDIENCE);
  await operations.replay(replay());
  expect(await deadMembers.find(AUDIENCE)).toEqual(before);
  expect(before.members.size).toBe(1);
});

test('what may be overtaken stays, unless that is wanted', async () => {
  const { operations, give, left, queued, deadMembers } = operationsFixture();
  await deadMembers.recordDead(AUDIENCE, { at: at('08:00:00') });
  await deadMembers.recordDelivered(AUDIENCE, { at: at('09:00:00') });
  const ids = await give(letter('08:00:00', ['add:a', 'add:b'], { reason: 'retry-window-ended' }));
  const report = await operations.replay(replay());
  expect(report).toMatchObject({
    replayed: [],
    kept: [
      {
        audience: AUDIENCE,
        reason: 'retry-window-ended',
        because: 'uncertain',
        letters: 1,
        members: 2,
      },
    ],
  });
  expect(await left()).toEqual(ids);
  await operations.replay({ ...replay(), includeUncertain: true });
  expect(queued()).toEqual([['add:a', 'add:b']]);
  expect(await left()).toEqual([]);
});

test('a letter of another destination is kept, and overtakes nothing here', async () => {
  const { operations, give, left, queued } = operationsFixture();
  const [, other] = await give(
    letter('08:00:00', ['add:a']),
    letter('09:00:00', ['remove:a'], { destination: 'rokt' }),
  );
  const report = await operations.replay(replay());
  expect(queued()).toEqual([['add:a']]);
  expect(report.kept).toMatchObject([{ because: 'other-destination', letters: 1 }]);
  expect(await left()).toEqual([other]);
});

test('a failing publish ends the replay; what was done is told, the rest is where it was', async () => {
  const { operations, give, left, queued } = operationsFixture({ publishes: 1 });
  const [, second, third] = await give(
    letter('08:00:00', ['add:a']),
    letter('09:00:00', ['add:b']),
    letter('10:00:00', ['add:c']),
  );
  const { told, onProgress } = progressOf();
  const report = await operations.replay(replay(), onProgress);
  expect(report).toMatchObject({
    replayed: [{ letters: 1, replayed: 1 }],
    failure: { code: 'QUEUE_UNAVAILABLE', message: expect.stringContaining('closed') },
  });
  expect(queued()).toEqual([['add:a']]);
  expect(told).toEqual(['1/3']);
  expect(await left()).toEqual([second, third]);
});

test('progress is told a hundred times, however many letters there are', async () => {
  const { operations, give } = operationsFixture();
  const letters = Array.from({ length: 250 }, (_, index) => letter('08:00:00', [`add:${index}`]));
  await give(...letters);
  const { told, onProgress } = progressOf();
  await operations.replay(replay(), onProgress);
  expect(told.length).toBeGreaterThan(50);
  expect(told.length).toBeLessThanOrEqual(101);
  expect(told.at(-1)).toBe('250/250');
});
