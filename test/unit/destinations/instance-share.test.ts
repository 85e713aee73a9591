import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CallRate, Destination } from '../../../shared/destinations/destination.ts';
import { withInstanceShare } from '../../../shared/destinations/instance-share.ts';
import { createDestination } from '../../../shared/destinations/registry.ts';

const pangolin = createDestination('pangolin', {
  baseUrl: 'https://pangolin.example',
  credentials: () => Promise.resolve('pangolin:pangolin'),
});
const declaring = (capabilities: Partial<Destination['capabilities']>): Destination => ({
  ...pangolin,
  capabilities: { ...pangolin.capabilities, ...capabilities },
});
const perSecond = ({ calls, perMs }: CallRate) => (calls * 1_000) / perMs;

describe('several instances of forward', () => {
  test('together stay within what the third party takes', () => {
    const rates = fc.record({
      calls: fc.integer({ min: 1, max: 1_000 }),
      perMs: fc.integer({ min: 1, max: 60_000 }),
    });
    const cases = [
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 50, max: 99 }),
      rates,
    ] as const;
    fc.assert(
      fc.property(...cases, (instances, maxConcurrentCalls, maxCallRate) => {
        const declared = declaring({ maxConcurrentCalls, maxCallRate });
        const { capabilities: share } = withInstanceShare(declared, instances);
        expect(share.maxConcurrentCalls).toBeGreaterThan(0);
        expect(share.maxConcurrentCalls * instances).toBeLessThanOrEqual(maxConcurrentCalls);
        const rate = perSecond(share.maxCallRate ?? { calls: Infinity, perMs: 1 });
        expect(rate).toBeGreaterThan(0);
        expect(rate * instances).toBeLessThanOrEqual(perSecond(maxCallRate) * (1 + 1e-9));
      }),
    );
  });

  test('share nothing where the third party names no rate', () => {
    const { capabilities } = withInstanceShare(declaring({ maxCallRate: undefined }), 2);
    expect(capabilities.maxCallRate).toBeUndefined();
  });

  test('are refused when they are more than the calls it takes at once', () => {
    const share = () => withInstanceShare(declaring({ maxConcurrentCalls: 4 }), 5);
    expect(share).toThrow('MAX_INSTANCES: pangolin takes 4 calls at once: set it to 4 or less');
  });

  test('are refused where it takes one call at a time for a segment', () => {
    const share = () => withInstanceShare(declaring({ oneCallPerSegment: true }), 2);
    expect(share).toThrow('MAX_INSTANCES: pangolin takes one call at a time for a segment');
    expect(withInstanceShare(declaring({ oneCallPerSegment: true }), 1).id).toBe('pangolin');
  });
});
