/** A table of texts: its first column is aligned left, the others right. */
export interface Table {
  readonly title: string;
  readonly note?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of words, by index; they are aligned left too. */
  readonly words?: readonly number[];
}

export function toText({ title, note, head, rows, words = [] }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...all.map((cells) => (cells[column] ?? '').length)),
  );
  const lines = all.map((cells) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isWords(column, words) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [title, ...(note === undefined ? [] : [note]), '', lines[0], rule, ...lines.slice(1)].join(
    '\n',
  );
}

/** A Markdown table as prettier formats it, under a heading. */
export function toMarkdown({ title, note, head, rows, words = [] }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(3, ...all.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isWords(column, words) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(' | ')} |`;
  const rule = widths.map((width, column) =>
    isWords(column, words) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [
    `### ${title}`,
    '',
    ...(note === undefined ? [] : [note, '']),
    line(head),
    `| ${rule.join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}

function isWords(column: number, words: readonly number[]): boolean {
  return column === 0 || words.includes(column);
}
