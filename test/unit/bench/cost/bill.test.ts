import { expect, test } from '@jest/globals';
import { billOf, byPart } from '../../../../bench/cost/bill.ts';
import { METERS, readCostData, type Meter } from '../../../../bench/cost/data-files.ts';
import type { Usage } from '../../../../bench/cost/day.ts';

const { priceTable } = readCostData();
const nothing = Object.fromEntries(METERS.map((meter) => [meter, 0])) as Record<Meter, number>;
const bill = (usage: Partial<Usage>) => billOf({ ...nothing, ...usage }, priceTable);

test('a month calculated by hand', () => {
  const { dollars, lines } = bill({
    intakeRequests: 5_000_000, // 5 × $0.40 = $2.00
    intakeCpuSeconds: 500_000, // × $0.000024 = $12.00
    intakeMemoryGibSeconds: 250_000, // × $0.0000025 = $0.625
    publishedGib: 512, // half a TiB × $40 = $20.00
    documentReads: 2_000_000, // 20 × $0.03 = $0.60
    secretVersions: 2, // × $0.06 = $0.12
    logGib: 60, // × $0.50 = $30.00
  });
  expect(dollars).toBeCloseTo(2 + 12 + 0.625 + 20 + 0.6 + 0.12 + 30, 6);
  expect(lines.find(({ meter }) => meter === 'publishedGib')?.dollars).toBeCloseTo(20, 6);
});

test('the free tier is taken off once, and never more than was used', () => {
  const { dollars, dollarsAfterFreeTier } = bill({
    intakeRequests: 3_000_000, // 2 million are free: $0.40 is left
    logGib: 40, // 50 are free
    forwardRequests: 1_000_000, // the free ones are counted at intake: $0.40
  });
  expect(dollars).toBeCloseTo(1.2 + 20 + 0.4, 6);
  expect(dollarsAfterFreeTier).toBeCloseTo(0.4 + 0.4, 6);
});

test('the parts add up to the bill', () => {
  const whole = bill(Object.fromEntries(METERS.map((meter) => [meter, 1_000_000])));
  const parts = byPart(whole);
  expect([...parts.keys()]).toEqual([
    'Intake',
    'Queue',
    'Forward',
    'Firestore',
    'Secrets',
    'Logs',
    'Metrics',
    'Egress',
  ]);
  expect([...parts.values()].reduce((sum, dollars) => sum + dollars, 0)).toBeCloseTo(
    whole.dollars,
    6,
  );
});
