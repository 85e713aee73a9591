import { toMarkdown, type Table } from './table.ts';

/**
 * The document with these tables between its markers, `<!-- npm run bench: begin -->` and `… end -->`.
 * @param command whose markers they are: `npm run bench`
 * @throws Error when the markers are not there.
 */
export function withTables(document: string, tables: readonly Table[], command: string): string {
  const [begin, end] = [`<!-- ${command}: begin -->`, `<!-- ${command}: end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`The document lacks ${begin} … ${end}.`);
  const report = tables.map(toMarkdown).join('\n\n');
  return `${document.slice(0, from)}${begin}\n\n${report}\n\n${document.slice(to)}`;
}
