import { expect, test } from '@jest/globals';
import { CHANGES, effectOf } from '../../../../bench/cost/effects.ts';
import { DEFAULTS } from '../../../../bench/cost/settings.ts';
import { sampleModel, sizeOf } from './sample-model.ts';

const SMALL = 100_000;
const MIDDLE = 10_000_000;
const LARGE = 1_000_000_000;

function effect(name: string, mutationsPerDay: number) {
  const change = CHANGES.find((candidate) => candidate.name === name);
  if (change === undefined) throw new Error(`There is no change ${name}.`);
  const before = sampleModel.lookAt(sizeOf(mutationsPerDay), DEFAULTS);
  const { difference, after } = effectOf(change, before, sampleModel);
  return { difference, relative: difference / before.bill.dollars, before, after };
}

test('more shards make more messages, and cost more where requests are large', () => {
  expect(effect('`shards = 2`', MIDDLE).relative).toBeGreaterThan(0.05);
  expect(effect('`shards = 8`', MIDDLE).relative).toBeGreaterThan(0.2);
  expect(effect('`shards = 64`', LARGE).relative).toBeGreaterThan(2);
  // Two mutations in a request: they are on different keys anyway.
  expect(Math.abs(effect('`shards = 8`', SMALL).relative)).toBeLessThan(0.05);
});

test('an instance of intake kept warm costs what it is idle', () => {
  // Three more that have nothing to do: 3 × 2,592,000 s × (1 + 0.5) × $0.0000025 = $29.16.
  expect(effect('`intake.min_instances = 4`', SMALL).difference).toBeCloseTo(29.16, 2);
  expect(effect('`intake.min_instances = 0`', SMALL).difference).toBeLessThan(-5);
  expect(effect('`intake.min_instances = 0`', SMALL).difference).toBeGreaterThan(-9.72);
});

test('an instance of forward kept warm costs more the less there is to do', () => {
  const [small, middle] = [SMALL, MIDDLE].map(
    (size) => effect('`destinations.….min_instances = 1`', size).difference,
  );
  expect(small).toBeGreaterThan(5);
  expect(middle).toBeLessThan(small ?? 0);
});

test('group commit and coalescing save money and calls where there is something to gather', () => {
  expect(effect('no group commit', LARGE).difference).toBeGreaterThan(100);
  const { before, after, relative } = effect('no coalescing', LARGE);
  expect(relative).toBeGreaterThan(0.2);
  const callsBefore = before.busiestHour.forward.callsPerSecond;
  expect(after.busiestHour.forward.callsPerSecond / callsBefore).toBeGreaterThan(15);
  expect(Math.abs(effect('no group commit', SMALL).relative)).toBeLessThan(0.01);
});

test('one request at a time takes more instances', () => {
  const { before, after, difference } = effect('`intake.concurrency = 1`', LARGE);
  expect(after.busiestHour.intake.instances.running).toBeGreaterThan(5);
  expect(before.busiestHour.intake.instances.running).toBeLessThan(3);
  expect(difference).toBeGreaterThan(100);
});

test('more instances of forward make smaller calls', () => {
  const { before, after } = effect('`destinations.….concurrency = 10`', LARGE);
  const { membersPerCall } = after.busiestHour.forward;
  expect(membersPerCall).toBeLessThan(before.busiestHour.forward.membersPerCall);
});

test("without Cloud Run's own request log, the logs cost less than half", () => {
  const { before, after } = effect("Cloud Run's own request log excluded", LARGE);
  const logsOf = ({ bill }: typeof before) =>
    bill.lines.find(({ meter }) => meter === 'logGib')?.dollars ?? 0;
  expect(logsOf(after) / logsOf(before)).toBeLessThan(0.5);
});

test('the more audiences in a request, the more messages', () => {
  expect(effect('one audience in a request', MIDDLE).relative).toBeLessThan(-0.3);
  expect(effect('50 audiences in a request', MIDDLE).relative).toBeGreaterThan(0.5);
});
