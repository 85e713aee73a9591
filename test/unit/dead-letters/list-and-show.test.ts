import { expect, test } from '@jest/globals';
import { operationsFixture } from './operations-fixture.ts';
import { letter } from './sample-letters.ts';

test('lists what matches, without any message', async () => {
  const { operations, give } = operationsFixture();
  const [, , id] = await give(
    letter('08:00:00', ['add:secret-user'], { reason: 'member-failing' }),
    letter('10:00:00', ['add:secret-user'], { audience: 'a.2' }),
    letter('09:00:00', ['add:secret-user']),
  );
  const report = await operations.list({
    reasons: ['member-rejected'],
    olderThanMs: 1.5 * 3_600_000,
  });
  expect(report).toEqual({
    letters: [
      {
        id,
        reason: 'member-rejected',
        text: 'answered 400',
        destination: 'pangolin',
        audience: 'a.1',
        members: 1,
        requestId: 'r-1',
        messageId: 'm-09:00:00',
        publishedAt: '2026-11-02T09:00:00.000Z',
        deadAt: '2026-11-02T10:00:00.000Z',
      },
    ],
    complete: true,
    unreadable: 0,
  });
});

test('tells what it could not take and what is no dead letter', async () => {
  const { operations, give } = operationsFixture({ limits: { maxLetters: 1, maxBytes: 1e6 } });
  await give(letter('08:00:00', ['add:a']), letter('09:00:00', ['add:b']));
  expect(await operations.list({})).toMatchObject({ complete: false, unreadable: 0 });
});

test('shows a letter with its message, and leaves it where it is', async () => {
  const { operations, give, left } = operationsFixture();
  const ids = await give(
    letter('08:00:00', ['add:a']),
    letter('09:00:00', ['add:b', 'remove:c'], { text: 'why' }),
  );
  const [, id = ''] = ids;
  const shown = await operations.show(id);
  expect(shown).toMatchObject({
    id,
    text: 'why',
    original: {
      kind: 'mutations',
      mutations: [
        { operation: 'add', externalUserId: 'b' },
        { operation: 'remove', externalUserId: 'c' },
      ],
    },
  });
  expect(await left()).toEqual(ids);
});

test.each([
  ['none of ours', { original: Buffer.from('what is it?').toString('base64') }],
  ['truncated', { original: Buffer.from('what is it?').toString('base64'), truncated: true }],
])('shows a message that is %s as text', async (_, overrides) => {
  const { operations, give } = operationsFixture();
  const [id = ''] = await give(letter('08:00:00', [], overrides));
  expect(await operations.show(id)).toMatchObject({ original: 'what is it?' });
});

test('shows nothing for an id that is not there', async () => {
  const { operations } = operationsFixture();
  expect(await operations.show('nobody')).toBeUndefined();
});
