import { gzipSync } from 'node:zlib';
import { z } from 'zod';

/**
 * The budget's file, by part of what is deployed: `intake` is all code of that function, `intake at start`
 * what every start of it reads and waits for; the rest is loaded when it is first needed. `node_modules`
 * is the framework, beside each of them.
 */
const budget = z.record(
  z.string(),
  z.strictObject({ maxBytes: z.int().positive(), maxGzipBytes: z.int().positive() }),
);
export type Budget = z.infer<typeof budget>;

export interface Size {
  /** The part, by its name in the budget. */
  readonly name: string;
  readonly bytes: number;
  /** Each file compressed by itself, as in the archive that is deployed. */
  readonly gzipBytes: number;
}

const WHAT_TO_DO = `What a start reads, the caller of a new instance waits for: import on demand what few calls need.
To see what grew, compare \`npm run build -- --by-package\` with that of the commit before.
Do without it, or raise bundle-budget.json in the same commit and say why.`;

/** The budget, from its file's text. */
export function readBudget(text: string): Budget {
  return budget.parse(JSON.parse(text));
}

/** The size of some files together. */
export function sizeOf(name: string, files: readonly Uint8Array[]): Size {
  return {
    name,
    bytes: sum(files.map(({ length }) => length)),
    gzipBytes: sum(files.map((file) => gzipSync(file).length)),
  };
}

/** Why the sizes are not within the budget and what to do, for a person; empty when they are. */
export function overBudget(sizes: readonly Size[], allowed: Budget): string[] {
  const problems = sizes.flatMap(({ name, bytes, gzipBytes }) => {
    const limit = allowed[name];
    if (limit === undefined) return [`${name} has no budget: add it to bundle-budget.json.`];
    return [
      ...(bytes > limit.maxBytes
        ? [`${name} is too big: ${bytes} bytes, the budget is ${limit.maxBytes}.`]
        : []),
      ...(gzipBytes > limit.maxGzipBytes
        ? [`${name} is too big: ${gzipBytes} bytes gzipped, the budget is ${limit.maxGzipBytes}.`]
        : []),
    ];
  });
  return problems.length === 0 ? [] : [...problems, WHAT_TO_DO];
}

/** All sizes beside their budget, for a person. */
export function budgetTable(sizes: readonly Size[], allowed: Budget): string {
  const rows = sizes.map(({ name, bytes, gzipBytes }) => {
    const limit = allowed[name];
    const columns = [bytes, limit?.maxBytes, gzipBytes, limit?.maxGzipBytes].map(kilobytes);
    return [name, ...columns];
  });
  return [['code of', 'size', 'allowed', 'gzipped', 'allowed'], ...rows]
    .map(([name = '', ...columns]) =>
      [name.padEnd(18), ...columns.map((text) => text.padStart(9))].join('  '),
    )
    .join('\n');
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? 'none' : `${Math.ceil(bytes / 1000)} kB`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
