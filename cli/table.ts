import { printable } from './printable.ts';

/** Longer cells end in an ellipsis. */
const MAX_CELL = 60;

/** Rows under their heading, in columns; numbers to the right. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [heading, ...rows.map((row) => row.map((cell) => cut(printable(String(cell)))))];
  const widths = heading.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = heading.map((_, column) => typeof rows[0]?.[column] === 'number');
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber[column] === true
            ? cell.padStart(widths[column] ?? 0)
            : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cut(text: string): string {
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}
