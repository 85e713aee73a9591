import { keyOf, type BatchEntry } from './batch-entry.ts';
import type { Hold } from './key-batch.ts';
import { createLane, type BatchLimits, type Lane } from './lane.ts';
import { NO_OUTCOME, type MemberOutcome } from './member-outcome.ts';

export interface CoalescerSettings {
  readonly limits: BatchLimits;
  readonly maxConcurrentCalls: number;
  readonly oneCallPerSegment: boolean;
  /** Whether a member must go alone. */
  isSuspect(key: string): boolean;
  /** Sends a batch, all adds or all removes. A rejection fails its members. */
  send(batch: readonly BatchEntry[]): Promise<readonly MemberOutcome[]>;
}

/** One delivery's members of one operation. */
export interface Submission {
  readonly operation: 'add' | 'remove';
  readonly segment: string;
  readonly users: readonly string[];
  /** When the DMP's operations were first published, in milliseconds since the epoch. */
  readonly operatedAt: number;
  readonly hold: Pick<Hold, 'mayCall'>;
  readonly requests: readonly string[];
}

/** Brings the members of concurrent deliveries together in micro-batches. */
export interface Coalescer {
  /** Resolves with one outcome per user, in order, once all are known. */
  submit(submission: Submission): Promise<MemberOutcome[]>;
}

/** A partial batch waits no longer than this for a call that takes its time. */
const LONGEST_WAIT_MS = 200;

interface WaitingLane extends Lane {
  readonly key: string;
  /** Of its first member: the only one, unless calls mix segments. */
  readonly segment: string;
  /** Whether each of its members goes in a call of its own. */
  readonly alone: boolean;
  inFlight: number;
  /** When its oldest members began to wait. */
  since: number;
}

/**
 * A batch goes out at once when no call of its kind is under way; else members gather until the batch is
 * half full or that call is back. So nothing waits at low load, and batches grow under load. Lanes take turns,
 * and within a lane the segments do. A member is in one call at a time, in the order of arrival.
 */
export function createCoalescer(settings: CoalescerSettings): Coalescer {
  const { limits, maxConcurrentCalls, oneCallPerSegment } = settings;
  const mixesSegments = limits.maxSegments > 1 && !oneCallPerSegment;
  /** The lane served longest ago comes first. */
  const lanes = new Map<string, WaitingLane>();
  /** Members that wait or are in a call, with those who come after them. */
  const busy = new Map<string, BatchEntry[] | undefined>();
  const segmentsInCall = new Set<string>();
  let inFlight = 0;
  let departing = false;
  let wake: NodeJS.Timeout | undefined;

  function laneKey({ operation, member }: BatchEntry, memberKey: string): string {
    if (settings.isSuspect(memberKey)) return `${operation} alone of ${member.segment}`;
    return mixesSegments ? operation : `${operation} of ${member.segment}`;
  }

  function enqueue(entry: BatchEntry, memberKey: string): void {
    const key = laneKey(entry, memberKey);
    let lane = lanes.get(key);
    if (lane === undefined) {
      const { segment } = entry.member;
      const alone = settings.isSuspect(memberKey);
      lane = Object.assign(createLane(), { key, segment, alone, inFlight: 0, since: Date.now() });
      lanes.set(key, lane);
    }
    if (lane.waiting === 0) lane.since = Date.now();
    lane.add(entry);
  }

  function arrive(entry: BatchEntry): void {
    const key = keyOf(entry.member);
    if (!busy.has(key)) {
      busy.set(key, undefined);
      enqueue(entry, key);
      return;
    }
    const followers = busy.get(key);
    if (followers === undefined) busy.set(key, [entry]);
    else followers.push(entry);
  }

  /** Lets whoever waits behind a member go on. */
  function leave(entry: BatchEntry): void {
    const key = keyOf(entry.member);
    const next = busy.get(key)?.shift();
    if (next === undefined) busy.delete(key);
    else enqueue(next, key);
  }

  function isBlocked(lane: WaitingLane): boolean {
    return oneCallPerSegment && segmentsInCall.has(lane.segment);
  }

  function mayDepart(lane: WaitingLane, idle: ReadonlySet<WaitingLane>): boolean {
    if (lane.waiting === 0 || isBlocked(lane)) return false;
    if (lane.alone || 2 * lane.waiting >= limits.maxMembers || idle.has(lane)) return true;
    return Date.now() - lane.since >= LONGEST_WAIT_MS;
  }

  /** What is waiting, in as few calls as it takes, and as evenly: so none is left behind to wait. */
  function evenShare(waiting: number): number {
    return Math.ceil(waiting / Math.ceil(waiting / limits.maxMembers));
  }

  function departAll(): void {
    // What a lane without a call has goes out whole, also when that takes several calls.
    const idle = new Set(lanes.values().filter((lane) => lane.inFlight === 0));
    while (inFlight < maxConcurrentCalls) {
      const lane = lanes.values().find((candidate) => mayDepart(candidate, idle));
      if (lane === undefined) break;
      void depart(lane);
    }
    wakeInTime();
  }

  /** A partial batch need not wait until something happens. */
  function wakeInTime(): void {
    clearTimeout(wake);
    const waiting = [...lanes.values()].filter((lane) => lane.waiting > 0 && !isBlocked(lane));
    if (waiting.length === 0 || inFlight >= maxConcurrentCalls) return;
    const oldest = Math.min(...waiting.map(({ since }) => since));
    wake = setTimeout(departSoon, Math.max(1, oldest + LONGEST_WAIT_MS - Date.now())).unref();
  }

  async function depart(lane: WaitingLane): Promise<void> {
    const batch = lane.take({ ...limits, maxMembers: lane.alone ? 1 : evenShare(lane.waiting) });
    lanes.delete(lane.key);
    lanes.set(lane.key, lane);
    lane.since = Date.now();
    inFlight += 1;
    lane.inFlight += 1;
    if (oneCallPerSegment) segmentsInCall.add(lane.segment);
    try {
      const outcomes = await settings.send(batch);
      for (const [index, entry] of batch.entries()) entry.settle(outcomes[index] ?? NO_OUTCOME);
    } catch (error) {
      for (const entry of batch) entry.fail(error);
    } finally {
      inFlight -= 1;
      lane.inFlight -= 1;
      segmentsInCall.delete(lane.segment);
      for (const entry of batch) leave(entry);
      if (lane.waiting === 0 && lane.inFlight === 0) lanes.delete(lane.key);
      departSoon();
    }
  }

  /** Deliveries that arrive in the same turn of the event loop share a call. */
  function departSoon(): void {
    if (departing) return;
    departing = true;
    setImmediate(() => {
      departing = false;
      departAll();
    });
  }

  return {
    submit: ({ operation, segment, users, operatedAt, hold, requests }) =>
      new Promise((resolve, reject) => {
        const outcomes: MemberOutcome[] = [];
        let missing = users.length;
        let failure: { error: Error } | undefined;
        // Only when no call holds a member of it any more: it would overtake what comes after.
        const ended = () => {
          missing -= 1;
          if (missing > 0) return;
          if (failure === undefined) resolve(outcomes);
          else reject(failure.error);
        };
        if (missing === 0) resolve(outcomes);
        for (const [index, user] of users.entries()) {
          arrive({
            operation,
            member: { segment, user, operatedAt },
            hold,
            requests,
            settle: (outcome) => {
              outcomes[index] = outcome;
              ended();
            },
            fail: (error) => {
              failure = { error: error as Error };
              ended();
            },
          });
        }
        departSoon();
      }),
  };
}
