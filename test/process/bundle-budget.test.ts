import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { budgetTable, overBudget, readBudget } from '../../scripts/bundles/budget.ts';

const BUDGET = { intake: { maxBytes: 2_000, maxGzipBytes: 1_000 } };
const WITHIN = { name: 'intake', bytes: 2_000, gzipBytes: 1_000 };

describe('the budget of the bundles', () => {
  test('is kept by what is as big as it allows', () => {
    expect(overBudget([WITHIN], BUDGET)).toEqual([]);
  });

  test.each([
    [{ ...WITHIN, bytes: 2_001 }, 'intake is too big: 2001 bytes, the budget is 2000.'],
    [{ ...WITHIN, gzipBytes: 1_001 }, 'intake is too big: 1001 bytes gzipped, the budget is 1000.'],
    [
      { ...WITHIN, name: 'intake at start' },
      'intake at start has no budget: add it to bundle-budget.json.',
    ],
    [{ ...WITHIN, name: 'new' }, 'new has no budget: add it to bundle-budget.json.'],
  ])('is not kept by %o', (size, problem) => {
    const [first, advice, ...more] = overBudget([size], BUDGET);
    expect(first).toBe(problem);
    expect(advice).toMatch(/--by-package[\s\S]*raise bundle-budget\.json in the same commit/);
    expect(more).toEqual([]);
  });

  test('stands beside the sizes', () => {
    const [, row] = budgetTable([WITHIN], BUDGET).split('\n');
    expect(row?.split(/ {2,}/)).toEqual(['intake', '2 kB', '2 kB', '1 kB', '1 kB']);
  });
});

describe('npm run build', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'audience-relay-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('fails when one bundle is beyond the budget, by its name, and says what grew', () => {
    const budget = readBudget(readFileSync('bundle-budget.json', 'utf8'));
    const tight = join(folder, 'tight.json');
    const userSync = { maxBytes: 100_000, maxGzipBytes: 99_000 };
    writeFileSync(tight, JSON.stringify({ ...budget, 'user-sync': userSync }));
    const built = spawnSync(
      process.execPath,
      ['scripts/build.ts', join(folder, 'built'), '--budget', tight, '--by-package'],
      { encoding: 'utf8' },
    );
    expect(built.status).toBe(1);
    expect(built.stderr).toMatch(/^user-sync is too big: \d+ bytes, the budget is 100000\.$/m);
    expect(built.stderr.match(/too big/g)).toHaveLength(1);
    expect(built.stdout).toMatch(/^user-sync\n +\d+ kB {2}zod$/m);
  });
});
