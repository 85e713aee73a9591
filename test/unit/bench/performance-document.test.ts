import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { withTables } from '../../../bench/document.ts';
import { report } from '../../../bench/report.ts';
import { benchResult } from '../../../bench/result.ts';

test('docs/performance.md has the tables of the run in bench/latest.json', () => {
  const document = readFileSync('docs/performance.md', 'utf8');
  const result = benchResult.parse(JSON.parse(readFileSync('bench/latest.json', 'utf8')));
  expect(document).toBe(withTables(document, report(result), 'npm run bench'));
});
