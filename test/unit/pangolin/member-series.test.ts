import { expect, test } from '@jest/globals';
import { createMemberSeries } from '../../pangolin/member-series.ts';

test('adds and removes stand in their second, the current one last', () => {
  let now = 1_000_000;
  const series = createMemberSeries(() => now);
  series.count(3, 0);
  series.count(2, 1);
  now += 2_000;
  series.count(0, 4);
  const { adds, removes } = series.lastMinute();
  expect([adds.length, removes.length]).toEqual([60, 60]);
  expect(adds.slice(-4)).toEqual([0, 5, 0, 0]);
  expect(removes.slice(-4)).toEqual([0, 1, 0, 4]);
});

test('what is older than a minute is gone, also where no second took its place', () => {
  let now = 5_000;
  const series = createMemberSeries(() => now);
  series.count(7, 7);
  now += 59_000;
  expect(series.lastMinute().adds[0]).toBe(7);
  now += 1_000;
  expect(series.lastMinute()).toEqual({ adds: Array(60).fill(0), removes: Array(60).fill(0) });
  now += 240_000;
  series.count(1, 0);
  expect(series.lastMinute().adds.filter((members) => members > 0)).toEqual([1]);
});
