import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readCostData } from '../../../../bench/cost/data-files.ts';
import { withTables } from '../../../../bench/document.ts';
import { readMeasuredUnits } from '../../../../bench/cost/measured-units.ts';
import { createModel } from '../../../../bench/cost/model.ts';
import { reportOf } from '../../../../bench/cost/report.ts';

test('docs/scaling.md has the tables that `npm run cost -- --write` makes', () => {
  const document = readFileSync('docs/scaling.md', 'utf8');
  const model = createModel(readCostData(), readMeasuredUnits('bench/latest.json'));
  expect(document).toBe(withTables(document, reportOf(model), 'npm run cost'));
});
