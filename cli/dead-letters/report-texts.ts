/** The reports on dead letters as a person reads them. */
import type { KeptReason } from '../../shared/dead-letters/replay-plan.ts';
import type {
  KeptRow,
  ListReport,
  PurgeReport,
  ReplayReport,
} from '../../shared/dead-letters/reports.ts';
import { table } from '../table.ts';

const NONE = 'No dead letter matches.';

/** What to do with letters that a replay leaves where they are. */
const KEPT_ADVICE: Readonly<Record<KeptReason, string>> = {
  truncated: 'only the beginning was kept; look with show, then purge',
  undecodable: 'no message of the relay; look with show, then purge',
  'entries-invalid': 'intake refused the entries; have them corrected at their source, then purge',
  'other-destination': 'set DESTINATION to theirs and replay them there',
  uncertain:
    'newer operations may have overtaken some of it, and which is not known; have the DMP send the audience ' +
    'again and purge, or replay it all the same with --include-uncertain',
};

/** A table of dead letters, and how many there are. */
export function listText(report: ListReport): string {
  const { letters } = report;
  if (letters.length === 0) return lines(NONE, ...remarks(report));
  const heading = ['ID', 'REASON', 'GIVEN UP AT', 'DESTINATION', 'AUDIENCE', 'MEMBERS', 'TEXT'];
  const rows = letters.map(({ id, reason, deadAt, destination, audience = '-', members, text }) => [
    ...[id, reason, deadAt, destination, audience],
    members,
    text,
  ]);
  const total = `${lettersOf(letters.length)}, ${membersOf(sum(letters, 'members'))}.`;
  return lines(table(heading, rows), '', total, ...remarks(report));
}

/** What a replay did, what it left, and what to do next. */
export function replayText(report: ReplayReport): string {
  const { replayed, kept, dryRun } = report;
  if (replayed.length === 0 && kept.length === 0) return lines(NONE, ...remarks(report));
  const letters = lettersOf(sum(replayed, 'letters'));
  const members = membersOf(sum(replayed, 'replayed'));
  const overtaken = sum(replayed, 'overtaken');
  const byLater = sum(replayed, 'overtakenByLaterLetter');
  return lines(
    `${dryRun ? 'Would be replayed' : 'Replayed'}: ${letters}, ${members}.`,
    overtaken > 0 &&
      `Overtaken: ${membersOf(overtaken)} not replayed; a newer operation of theirs was delivered.`,
    byLater > 0 &&
      `Overtaken by a later dead letter: ${membersOf(byLater)} not replayed from the earlier one.`,
    replayed.length > 0 && `\n${replayTable(replayed)}`,
    kept.length > 0 && `\n${lines(...kept.map(keptText))}`,
    ...remarks(report),
  );
}

function replayTable(rows: ReplayReport['replayed']): string {
  const heading = ['REASON', 'AUDIENCE', 'LETTERS', 'REPLAYED', 'OVERTAKEN', 'BY A LATER LETTER'];
  return table(
    heading,
    rows.map(({ reason, audience = '-', letters, replayed, overtaken, overtakenByLaterLetter }) => [
      ...[reason, audience],
      ...[letters, replayed, overtaken, overtakenByLaterLetter],
    ]),
  );
}

function keptText({ reason, audience = '-', because, letters, members }: KeptRow): string {
  const what = `${lettersOf(letters)}, ${membersOf(members)} (${reason}, audience ${audience})`;
  return `Kept, ${because}: ${what}: ${KEPT_ADVICE[because]}.`;
}

/** What a purge did, and what to do next. */
export function purgeText(report: PurgeReport): string {
  const { purged, dryRun } = report;
  if (purged.length === 0) return lines(NONE, ...remarks(report));
  const letters = lettersOf(sum(purged, 'letters'));
  const rows = purged.map(({ reason, audience = '-', ...counts }) => [
    ...[reason, audience],
    ...[counts.letters, counts.members],
  ]);
  return lines(
    `${dryRun ? 'Would be purged' : 'Purged'}: ${letters}, ${membersOf(sum(purged, 'members'))}.`,
    `\n${table(['REASON', 'AUDIENCE', 'LETTERS', 'MEMBERS'], rows)}`,
    ...remarks(report),
  );
}

/** What holds for every report: what the operator has not seen, and what went wrong. */
function remarks(report: ListReport | ReplayReport | PurgeReport): string[] {
  const failure = 'failure' in report ? report.failure : undefined;
  const texts = [
    !report.complete &&
      'There are more dead letters than one session takes (10,000 or 100 MB): once these are replayed or purged, run the command again.',
    report.unreadable > 0 &&
      `${report.unreadable} messages on the dead-letter topic are no dead letters; they were left alone.`,
    failure !== undefined &&
      `Ended before the last one: ${failure.message} The rest is where it was: run the command again.`,
  ];
  return texts.filter((text) => text !== false).map((text) => `\n${text}`);
}

function lines(...texts: readonly (string | false)[]): string {
  return texts.filter((text) => text !== false).join('\n');
}

function sum<Name extends string>(rows: readonly Readonly<Record<Name, number>>[], name: Name) {
  return rows.reduce((total, row) => total + row[name], 0);
}

function lettersOf(count: number): string {
  return count === 1 ? '1 dead letter' : `${count} dead letters`;
}

function membersOf(count: number): string {
  return count === 1 ? '1 member' : `${count} members`;
}
