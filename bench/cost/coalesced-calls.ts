/** What reaches one lane of forward's coalescer: members that may share a call. */
export interface LaneArrivals {
  /** Deliveries a second, and the members they bring. */
  readonly messagesPerSecond: number;
  readonly membersPerSecond: number;
  readonly membersPerCall: number;
  readonly callMs: number;
}

export interface LaneCalls {
  readonly callsPerSecond: number;
  /** What a member waits for its call to begin. */
  readonly waitMs: number;
}

/** As shared/delivery/coalescer.ts has it. */
const LONGEST_WAIT_MS = 200;

/**
 * The calls of a lane. One that is idle sends at once; while a call is under way members gather until it is back,
 * until they fill half a call, or for 200 ms. test/unit/bench/cost/coalesced-calls.test.ts compares with the code.
 */
export function coalescedCalls(arrivals: LaneArrivals): LaneCalls {
  const { messagesPerSecond, membersPerSecond, membersPerCall, callMs } = arrivals;
  if (messagesPerSecond === 0) return { callsPerSecond: 0, waitMs: 0 };
  const halfFullMs = (membersPerCall / 2 / membersPerSecond) * 1_000;
  const roundMs = Math.min(callMs, halfFullMs, LONGEST_WAIT_MS);
  // A round ends with nobody there as often as nobody arrives within it; then the lane idles until somebody does.
  const nobody = Math.exp((-messagesPerSecond * roundMs) / 1_000);
  const rounds = 1_000 / (roundMs + (nobody * 1_000) / messagesPerSecond);
  const leastCalls = membersPerSecond / membersPerCall;
  const callsPerSecond = Math.max(Math.min(rounds, messagesPerSecond), leastCalls);
  const busy = Math.min(1, (rounds * roundMs) / 1_000);
  return { callsPerSecond, waitMs: (busy * roundMs) / 2 };
}

/** What comes of it when every delivery calls for itself. */
export function callsAlone(arrivals: LaneArrivals): LaneCalls {
  const { messagesPerSecond, membersPerSecond, membersPerCall } = arrivals;
  if (messagesPerSecond === 0) return { callsPerSecond: 0, waitMs: 0 };
  const callsPerMessage = Math.ceil(membersPerSecond / messagesPerSecond / membersPerCall);
  return { callsPerSecond: messagesPerSecond * callsPerMessage, waitMs: 0 };
}
