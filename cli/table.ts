/** Longer cells end in an ellipsis. */
const MAX_CELL = 60;

/** Rows under their heading, in columns; numbers to the right. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [heading, ...rows.map((row) => row.map((cell) => printable(String(cell))))];
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

/** What comes from outside must not reach the terminal as a command. */
function printable(text: string): string {
  const visible = text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');
  return visible.length > MAX_CELL ? `${visible.slice(0, MAX_CELL - 1)}…` : visible;
}
