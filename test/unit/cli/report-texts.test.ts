import { describe, expect, test } from '@jest/globals';
import { listText, purgeText, replayText } from '../../../cli/dead-letters/report-texts.ts';
import type { ReplayReport } from '../../../shared/dead-letters/reports.ts';

const session = { complete: true, unreadable: 0 };
const summary = {
  id: 'id-1',
  reason: 'member-rejected',
  text: 'answered 400',
  destination: 'pangolin',
  audience: 'a.1',
  members: 2,
  messageId: 'm-1',
  publishedAt: '2026-11-02T08:00:00.000Z',
  deadAt: '2026-11-02T09:00:00.000Z',
} as const;

describe('list', () => {
  test('is a table with a total', () => {
    const nameless = { ...summary, audience: undefined };
    const letters = [summary, { ...nameless, id: 'a-longer-id', members: 10 }];
    expect(listText({ letters, ...session }).replaceAll(/ +$/gm, '')).toBe(
      [
        'ID           REASON           GIVEN UP AT               DESTINATION  AUDIENCE  MEMBERS  TEXT',
        'id-1         member-rejected  2026-11-02T09:00:00.000Z  pangolin     a.1             2  answered 400',
        'a-longer-id  member-rejected  2026-11-02T09:00:00.000Z  pangolin     -              10  answered 400',
        '',
        '2 dead letters, 12 members.',
      ].join('\n'),
    );
  });

  test('says when there is nothing', () => {
    expect(listText({ letters: [], ...session })).toBe('No dead letter matches.');
  });

  test('passes no control character on to the terminal, and cuts what is long', () => {
    const text = `\u001b[2Jgone\n${'x'.repeat(100)}`;
    const shown = listText({ letters: [{ ...summary, text }], ...session });
    expect(shown).not.toContain('\u001b');
    expect(shown.split('\n')).toHaveLength(4);
    expect(shown).toContain('\u{fffd}[2Jgone\u{fffd}');
    expect(shown).toMatch(/x…$/m);
  });
});

describe('replay', () => {
  const row = { audience: 'a.1', reason: 'member-rejected' } as const;
  const report: ReplayReport = {
    dryRun: false,
    replayed: [{ ...row, letters: 2, replayed: 3, overtaken: 1, overtakenByLaterLetter: 4 }],
    kept: [{ ...row, because: 'uncertain', letters: 1, members: 5 }],
    ...session,
  };

  test('says what was replayed, what was overtaken by what, and what to do with the rest', () => {
    const text = replayText(report);
    expect(text).toContain('Replayed: 2 dead letters, 3 members.');
    expect(text).toContain('Overtaken: 1 member not replayed');
    expect(text).toContain('Overtaken by a later dead letter: 4 members not replayed');
    expect(text).toMatch(/Kept, uncertain: 1 dead letter, 5 members .*--include-uncertain/);
  });

  test('says nothing of overtaking when there was none', () => {
    const replayed = [{ ...row, letters: 1, replayed: 1, overtaken: 0, overtakenByLaterLetter: 0 }];
    expect(replayText({ ...report, replayed, kept: [] })).not.toContain('Overtaken');
  });

  test('of a dry run, says what would be', () => {
    expect(replayText({ ...report, dryRun: true })).toContain('Would be replayed: 2');
  });

  test.each([
    ['truncated', 'purge'],
    ['undecodable', 'purge'],
    ['entries-invalid', 'purge'],
    ['other-destination', 'DESTINATION'],
  ] as const)('kept as %s comes with what to do: %s', (because, advice) => {
    const kept = [{ ...row, because, letters: 1, members: 1 }];
    expect(replayText({ ...report, kept })).toMatch(new RegExp(`Kept, ${because}.*${advice}`));
  });

  test('says what went wrong and what was not seen', () => {
    const failure = { code: 'QUEUE_UNAVAILABLE', message: 'Pub/Sub is away.' };
    const text = replayText({ ...report, failure, complete: false, unreadable: 7 });
    expect(text).toContain('Pub/Sub is away. The rest is where it was: run the command again.');
    expect(text).toContain('more dead letters than one session takes');
    expect(text).toContain('7 messages');
  });

  test('says so too when it was the first letter that failed', () => {
    const failure = { code: 'QUEUE_UNAVAILABLE', message: 'Pub/Sub is away.' };
    expect(replayText({ ...report, replayed: [], kept: [], failure })).toContain(
      'Pub/Sub is away.',
    );
  });
});

test('purge says what was removed', () => {
  const purged = [{ audience: 'a.1', reason: 'entry-invalid', letters: 1, members: 2 } as const];
  const text = purgeText({ dryRun: false, purged, ...session });
  expect(text).toContain('Purged: 1 dead letter, 2 members.');
  expect(text).toMatch(/entry-invalid +a\.1 +1 +2$/m);
  expect(purgeText({ dryRun: true, purged, ...session })).toContain('Would be purged: 1');
  expect(purgeText({ dryRun: false, purged: [], ...session })).toBe('No dead letter matches.');
});
