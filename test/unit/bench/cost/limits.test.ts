import { describe, expect, test } from '@jest/globals';
import type { TrafficShape } from '../../../../bench/cost/data-files.ts';
import {
  changesBetween,
  firstLimitAsTrafficGrows,
  grow,
  shareOf,
} from '../../../../bench/cost/growth.ts';
import { LIMITS, traitsOf, type LimitId } from '../../../../bench/cost/limits.ts';
import { DEFAULTS } from '../../../../bench/cost/settings.ts';
import { sampleModel, sizeOf } from './sample-model.ts';

const { limitsAt } = sampleModel;

/** One hot audience at so many mutations in its busiest second. */
function oneAudience(mutationsPerSecond: number): TrafficShape {
  const { hourlyShares } = sampleModel.data.traffic;
  const perHour = (mutationsPerSecond / sampleModel.assumptions.burstFactor) * 3_600;
  return {
    name: 'one hot audience',
    mutationsPerDay: perHour / Math.max(...hourlyShares),
    audiences: 1,
    hottestShare: 1,
    audiencesPerRequest: 1,
    why: 'a test',
  };
}

describe('one hot audience', () => {
  test('hits 1 MB/s for its ordering key with one shard, and no more with two', () => {
    // 12,000 mutations of 105 bytes: 1.26 MB/s into one key.
    const shape = oneAudience(12_000);
    const one = limitsAt(shape, { ...DEFAULTS, shards: 1 });
    const two = limitsAt(shape, { ...DEFAULTS, shards: 2 });
    expect(shareOf(one, 'keyBytes')).toBeGreaterThan(1.2);
    expect(shareOf(one, 'keyBytes')).toBeLessThan(1.4);
    expect(shareOf(two, 'keyBytes')).toBeLessThan(1);
    expect(traitsOf('keyBytes').raise?.(DEFAULTS, sampleModel.assumptions)?.shards).toBe(2);
  });

  test('is delivered in time until then: spacing bounds the messages of its key', () => {
    const limits = limitsAt(oneAudience(4_000), DEFAULTS);
    expect(shareOf(limits, 'keyDeliveries')).toBeLessThan(1);
    expect(shareOf(limits, 'keyBytes')).toBeLessThan(0.5);
  });
});

describe('the limits', () => {
  const shape = sizeOf(1_000_000_000);

  test('come the nearest first, each as used ÷ limit', () => {
    const { limits } = limitsAt(shape, DEFAULTS);
    expect(limits.map(({ id }) => id).sort()).toEqual(Object.keys(LIMITS).sort());
    const shares = limits.map(({ share }) => share);
    expect(shares).toEqual(shares.toSorted((one, other) => other - one));
    for (const { used, limit, share } of limits) expect(share).toBe(used / limit);
  });

  test.each<[LimitId, number]>([
    ['intakeProcessors', 0.5],
    ['forwardProcessors', 0.5],
    ['forwardConcurrency', 0.5],
  ])('%s is lifted by the setting it names', (id, atMost) => {
    const raised = traitsOf(id).raise?.(DEFAULTS, sampleModel.assumptions);
    if (raised === undefined) throw new Error('There is such a setting.');
    const before = shareOf(limitsAt(shape, DEFAULTS), id);
    expect(shareOf(limitsAt(shape, raised), id) / before).toBeLessThan(atMost + 0.1);
  });

  test('no setting asks for more instances of forward than the third party takes calls', () => {
    const { assumptions } = sampleModel;
    const eight = { ...DEFAULTS, forward: { ...DEFAULTS.forward, maxInstances: 8 } };
    expect(assumptions.concurrentCalls).toBe(8);
    expect(traitsOf('forwardProcessors').raise?.(eight, assumptions)).toBeUndefined();
  });
});

describe('growing', () => {
  test('changes nothing where nothing is hit', () => {
    expect(grow(sizeOf(100_000), DEFAULTS, sampleModel).steps).toEqual([]);
  });

  test('ends where all is lifted that a setting lifts', () => {
    const { steps, outlook } = grow(sizeOf(1_000_000_000), DEFAULTS, sampleModel);
    expect(steps[0]?.limit.id).toBe('forwardConcurrency');
    expect(steps[0]?.shareAfter).toBeLessThan(1);
    const left = outlook.limits.filter(({ share }) => share > 1).map(({ id }) => id);
    expect(left.filter((id) => traitsOf(id).raise !== undefined)).toEqual([]);
  });

  test('finds the traffic at which the first limit is hit', () => {
    const shape = sizeOf(10_000_000);
    const { mutationsPerDay, limit } = firstLimitAsTrafficGrows(shape, DEFAULTS, sampleModel);
    const nearestAt = (factor: number) =>
      limitsAt({ ...shape, mutationsPerDay: mutationsPerDay * factor }, DEFAULTS).limits[0];
    expect(limit.id).toBe('forwardConcurrency');
    expect(nearestAt(1.1)?.share).toBeGreaterThan(1);
    expect(nearestAt(0.9)?.share).toBeLessThan(1);
  });

  test('names changes as terraform/variables.tf does', () => {
    const after = {
      ...DEFAULTS,
      shards: 8,
      intake: { ...DEFAULTS.intake, maxInstances: 20 },
      forward: { ...DEFAULTS.forward, concurrency: 200, memoryMib: 2_048 },
    };
    expect(changesBetween(DEFAULTS, after)).toBe(
      '`shards = 8`, `intake.max_instances = 20`, `destinations.….concurrency = 200`, `destinations.….memory_mib = 2048`',
    );
  });
});
