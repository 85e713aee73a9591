/**
 * `npm run cost`: what a deployment costs, and which limit is hit first, from what `npm run bench` measured and the
 * data files beside this one. `--markdown` prints Markdown; `--write` brings docs/scaling.md up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readCostData } from './data-files.ts';
import { withTables } from '../document.ts';
import { readMeasuredUnits } from './measured-units.ts';
import { createModel } from './model.ts';
import { reportOf } from './report.ts';
import { toMarkdown, toText } from '../table.ts';

const MEASURED = 'bench/latest.json';
const DOCUMENT = 'docs/scaling.md';

function main(): void {
  const { values } = parseArgs({
    options: {
      markdown: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const tables = reportOf(createModel(readCostData(), readMeasuredUnits(MEASURED)));
  if (values.write) {
    writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), tables, 'npm run cost'));
  } else {
    console.log(tables.map(values.markdown ? toMarkdown : toText).join('\n\n'));
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
