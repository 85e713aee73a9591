import { printable } from '../printable.ts';
import { table } from '../table.ts';
import type { AudienceReport, AudienceSummary } from './audience-operations.ts';

/** A table of audiences, how many there are, and how to see the next ones. */
export function listText({ audiences, next }: AudienceReport): string {
  if (audiences.length === 0) return 'No audience matches.';
  const heading = ['ID', 'NAME', 'STATE', 'SEGMENT', 'CUSTOMER', 'REASON'];
  const rows = audiences.map(({ id, name, state, segment = '-', customer, reason = '' }) => [
    ...[id, name, state, segment],
    ...[customer === undefined ? '-' : String(customer), reason],
  ]);
  const count = audiences.length === 1 ? '1 audience' : `${audiences.length} audiences`;
  const more = next === undefined ? '' : `\nThere are more: add --after ${shellWord(next)}`;
  return `${table(heading, rows)}\n\n${count}.${more}`;
}

/** All that is known of one audience, a line each. */
export function showText(audience: AudienceSummary): string {
  const { id, name, state, segment, readyAt, customer, reason } = audience;
  const lines = { id, name, state, segment, 'takes members from': readyAt, customer, reason };
  const known = Object.entries(lines).filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([label]) => label.length));
  return known
    .map(([label, value]) => `${label.padEnd(width)}  ${printable(String(value))}`)
    .join('\n');
}

/** An id as a shell takes it. */
function shellWord(id: string): string {
  const word = printable(id);
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
