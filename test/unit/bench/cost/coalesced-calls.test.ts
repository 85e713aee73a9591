import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { callsAlone, coalescedCalls } from '../../../../bench/cost/coalesced-calls.ts';
import { seededRandom } from '../../../../bench/cost/seeded-random.ts';
import { createCoalescer } from '../../../../shared/delivery/coalescer.ts';

const CALL_MS = 100;
const MEMBERS_PER_CALL = 1_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Plays deliveries of adds, at random times, to the code itself. */
async function measure(messagesPerSecond: number, membersPerMessage: number, seconds: number) {
  let calls = 0;
  const coalescer = createCoalescer({
    limits: {
      maxMembers: MEMBERS_PER_CALL,
      maxSegments: MEMBERS_PER_CALL,
      maxBytes: Infinity,
      bytesOf: () => 0,
    },
    maxConcurrentCalls: 100,
    oneCallPerSegment: false,
    isSuspect: () => false,
    send: async (batch) => {
      calls += 1;
      await new Promise((resolve) => setTimeout(resolve, CALL_MS));
      return batch.map(() => ({ status: 'delivered' as const }));
    },
  });
  const random = seededRandom(7);
  const hold = { mayCall: () => true };
  let waitedMs = 0;
  let messages = 0;
  for (let at = 0; at < seconds * 1_000;) {
    const users = Array.from({ length: membersPerMessage }, (_, index) => `${messages} ${index}`);
    messages += 1;
    setTimeout(() => {
      const startedAt = Date.now();
      const submission = { segment: 's', operatedAt: 0, hold, requests: [], users };
      void coalescer.submit({ operation: 'add', ...submission }).then(() => {
        waitedMs += Date.now() - startedAt - CALL_MS;
      });
    }, at);
    at -= (Math.log(1 - random()) / messagesPerSecond) * 1_000;
  }
  await jest.advanceTimersByTimeAsync(seconds * 1_000 + 1_000);
  return { messagesPerCall: messages / calls, waitMs: waitedMs / messages };
}

test.each([
  [2, 10, 60],
  [10, 10, 40],
  [50, 20, 20],
  [200, 25, 8],
  [400, 25, 4],
])(
  'of %i deliveries a second with %i members, as many share a call as in the code',
  async (messagesPerSecond, members, seconds) => {
    const measured = await measure(messagesPerSecond, members, seconds);
    const model = coalescedCalls({
      messagesPerSecond,
      membersPerSecond: messagesPerSecond * members,
      membersPerCall: MEMBERS_PER_CALL,
      callMs: CALL_MS,
    });
    const messagesPerCall = messagesPerSecond / model.callsPerSecond;
    expect(messagesPerCall / measured.messagesPerCall).toBeGreaterThan(0.85);
    expect(messagesPerCall / measured.messagesPerCall).toBeLessThan(1.15);
    expect(Math.abs(model.waitMs - measured.waitMs)).toBeLessThan(15);
  },
);

test('without coalescing every delivery calls for itself, as often as it must', () => {
  const arrivals = { messagesPerSecond: 4, membersPerCall: 1_000, callMs: CALL_MS };
  expect(callsAlone({ ...arrivals, membersPerSecond: 40 }).callsPerSecond).toBe(4);
  expect(callsAlone({ ...arrivals, membersPerSecond: 8_004 }).callsPerSecond).toBe(12);
});

test('a lane without deliveries makes no calls', () => {
  const nothing = { messagesPerSecond: 0, membersPerSecond: 0, membersPerCall: 1, callMs: CALL_MS };
  expect(coalescedCalls(nothing)).toEqual({ callsPerSecond: 0, waitMs: 0 });
  expect(callsAlone(nothing)).toEqual({ callsPerSecond: 0, waitMs: 0 });
});
