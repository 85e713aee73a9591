import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { giveTimeBack, takeOverTime } from './manual-time.ts';
import { play } from './play.ts';
import { AUDIENCES, schedules } from './schedule.ts';

/** `npm run test:soak` plays more. */
declare const SCHEDULES: number | undefined;
const runs = typeof SCHEDULES === 'number' ? SCHEDULES : 1_000;

beforeAll(takeOverTime);
afterAll(giveTimeBack);

test(
  `the members equal a simple model, whatever happens on the way (${runs} schedules)`,
  async () => {
    const property = fc.asyncProperty(schedules, async (schedule) => {
      const { actual, expected, ...rest } = await play(schedule);
      expect(rest).toEqual({ segments: AUDIENCES.length, deadLetters: 0, undelivered: 0 });
      expect(actual).toEqual(expected);
    });
    await fc.assert(property, { numRuns: runs });
  },
  runs * 1_000,
);
