import { must } from './playing.ts';
import type { ConformanceRule } from './conformance-rule.ts';

const isCount = (value: number) => Number.isSafeInteger(value) && value > 0;

export const capabilityRules: readonly ConformanceRule[] = [
  {
    name: 'declares limits that are numbers above zero',
    check: ({ capabilities }) => {
      const { maxMembersPerCall, maxSegmentsPerCall, maxConcurrentCalls } = capabilities;
      const { maxBytesPerCall = 1, maxCallRate = { calls: 1, perMs: 1 } } = capabilities;
      const limits = [maxMembersPerCall, maxSegmentsPerCall, maxConcurrentCalls, maxBytesPerCall];
      must([...limits, maxCallRate.calls, maxCallRate.perMs].every(isCount), 'one is not');
      return Promise.resolve();
    },
  },
  {
    name: 'counts the bytes of members where it limits them',
    applies: ({ capabilities }) => capabilities.maxBytesPerCall !== undefined,
    check: (destination) => {
      const member = { segment: 's', user: 'user@example.com', operatedAt: 0 };
      const bytes = destination.memberBytes?.('add', member);
      must(bytes !== undefined && isCount(bytes), 'memberBytes gives no number above zero');
      return Promise.resolve();
    },
  },
  {
    name: 'does not take segments together that take one call at a time',
    check: ({ capabilities }) => {
      const { oneCallPerSegment, maxSegmentsPerCall } = capabilities;
      must(!oneCallPerSegment || maxSegmentsPerCall === 1, 'maxSegmentsPerCall must be 1');
      return Promise.resolve();
    },
  },
];
