import { must, mustEqual, mustHaveMembers, REQUEST } from './playing.ts';
import type { ConformanceRule } from './conformance-rule.ts';

const OTHER = { title: 'Buyers of hats', audienceId: '4711.13' };

export const segmentRules: readonly ConformanceRule[] = [
  {
    name: 'creates a segment that has no members yet',
    check: async (destination, fixture) => {
      const { segment } = await destination.createSegment(REQUEST);
      must(/^\P{C}{1,256}$/u.test(segment), 'its id is empty, too long or cannot be printed');
      await mustHaveMembers(fixture, segment, []);
    },
  },
  {
    name: 'makes one segment of a creation that is repeated',
    applies: ({ capabilities }) => capabilities.creationIdempotentBy !== 'none',
    check: async (destination) => {
      const first = await destination.createSegment(REQUEST);
      const again = await destination.createSegment(REQUEST);
      mustEqual('the segment of the repetition', again.segment, first.segment);
    },
  },
  {
    name: 'makes different segments of different audiences',
    check: async (destination) => {
      const { segment } = await destination.createSegment(REQUEST);
      const other = await destination.createSegment(OTHER);
      must(segment !== other.segment, `both have the segment ${segment}`);
    },
  },
  {
    name: 'finds the segment that is there, and none that is not',
    applies: (destination) => destination.findSegment !== undefined,
    check: async (destination) => {
      mustEqual('what is found before', await destination.findSegment?.(REQUEST), undefined);
      const { segment } = await destination.createSegment(REQUEST);
      await destination.createSegment(OTHER);
      mustEqual('what is found after', await destination.findSegment?.(REQUEST), segment);
    },
  },
  {
    name: 'takes a title as it is: quotes, ampersands, accents',
    check: async (destination) => {
      const title = `Käufer "A" & <B>, 50 % + 'C'`;
      const { segment } = await destination.createSegment({ title, audienceId: '4711.14' });
      must(segment !== '', 'there is no segment');
    },
  },
];
