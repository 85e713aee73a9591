import { MAX_MESSAGE_BYTES, type MutationGroup } from '../../shared/audience/grouping.ts';
import { mutationsMessage } from '../../shared/audience/outgoing-message.ts';
import type { Correlation } from '../../shared/logger.ts';
import { MAX_BYTES_PER_PUBLISH, type Publisher } from '../../shared/queue/queue.ts';
import { sleep } from '../../shared/sleep.ts';
import { createKeySpacing } from './key-spacing.ts';
import type { Answered } from './publish.ts';

/** A group of mutations and the request that waits for it. */
export interface Part {
  readonly group: MutationGroup;
  readonly request: Correlation;
  /** Aborted when the request is answered: what is not in flight by then is not published any more. */
  readonly answered: Answered;
}

/**
 * Stores a group; resolves once the queue has it.
 * @throws PlatformError QUEUE_UNAVAILABLE when the queue has not stored its message.
 */
export type GroupCommit = (part: Part) => Promise<void>;

interface Waiting extends Part {
  resolve(): void;
  reject(error: unknown): void;
}

/** An ordering key with something that waits or is in flight, or that is not at rest yet. */
interface Lane {
  readonly waiting: Waiting[];
  /** Called when one more waits, as long as it is waited for. */
  onArrival?: (() => void) | undefined;
}

export interface GroupCommitOptions {
  /** Bytes of a message's members. */
  readonly maxBytes?: number;
  /** Bytes that are handed to the publisher at a time: what waits behind them can still be taken back. */
  readonly maxBytesInFlight?: number;
  /** Milliseconds since any moment. */
  readonly now?: () => number;
}

type Parts = [Waiting, ...Waiting[]];

/** Bytes of a request's id in its message. */
const REQUEST_BYTES = 40;
/** Time that callers who were just answered get to come again, and how often that is looked at. */
const GATHER_MS = 20;
const LOOK_MS = 5;
const MS_BETWEEN_OPERATIONS = 1;

/**
 * Publishes the groups of an ordering key in their order. What comes in one turn of the event loop, or
 * while a publish of the key is in flight, gathers: nothing waits at low load, and messages grow under
 * load. What has gathered is handed to the publisher a run of one operation at a time.
 *
 * Callers that wait for their answer come again all at once when their message is stored. Without a
 * moment for them, the first would go alone, and every second message would be that of one request.
 */
export function createGroupCommit(
  publisher: Publisher,
  {
    maxBytes = MAX_MESSAGE_BYTES,
    maxBytesInFlight = MAX_BYTES_PER_PUBLISH,
    now = () => performance.now(),
  }: GroupCommitOptions = {},
): GroupCommit {
  const { spacing } = publisher;
  /** By ordering key. */
  const lanes = new Map<string, Lane>();

  async function publishLane(key: string, lane: Lane): Promise<void> {
    const keySpacing = spacing && createKeySpacing(spacing, now);
    await endOfTurn();
    for (let answered = 0; ;) {
      const waitMs = keySpacing?.waitMs() ?? 0;
      if (waitMs > 0) await sleep(waitMs);
      else if (answered > 1) await gather(lane, answered);
      const parts = takeParts(lane.waiting, maxBytesInFlight);
      if (parts.length > 0) {
        keySpacing?.begin(requestsOf(parts).length);
        answered = await publishParts(parts);
      } else if (await comes(lane, keySpacing?.restMs() ?? 0)) {
        answered = 0;
        await endOfTurn();
      } else {
        break;
      }
    }
    lanes.delete(key);
  }

  /** Returns how many callers to wait for: those who waited for an answer and were all told it is stored. */
  async function publishParts(parts: readonly Waiting[]): Promise<number> {
    const begunAt = now();
    const stored: boolean[] = [];
    for (const run of runsOf(parts)) {
      // The order of two operations must show in their times: those of one call may be equal.
      if (stored.length > 0) await sleep(MS_BETWEEN_OPERATIONS);
      const messages = messagesOf(waitingStill(run), maxBytes);
      const ofRun = messages.map((ofMessage) => publish(publisher, ofMessage));
      stored.push(...(await Promise.all(ofRun)));
    }
    // A publish that takes less than a look is not worth a wait for company.
    const isSlow = now() - begunAt >= LOOK_MS;
    return isSlow && !stored.includes(false) ? parts.length : 0;
  }

  return (part) =>
    new Promise((resolve, reject) => {
      const waiting = { ...part, resolve, reject };
      const key = part.group.orderingKey;
      const lane = lanes.get(key);
      if (lane !== undefined) {
        lane.waiting.push(waiting);
        lane.onArrival?.();
        return;
      }
      const opened: Lane = { waiting: [waiting] };
      lanes.set(key, opened);
      void publishLane(key, opened);
    });
}

/** Requests that arrive together, and the parts of one, are there by then. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves with true once something waits, with false after `timeoutMs`. */
async function comes(lane: Lane, timeoutMs: number): Promise<boolean> {
  if (timeoutMs === 0) return false;
  const arrival = new AbortController();
  lane.onArrival = () => {
    arrival.abort();
  };
  const isOver = await sleep(timeoutMs, arrival.signal);
  lane.onArrival = undefined;
  return !isOver;
}

/** Waits until as many came as were answered, as long as some of them keep coming. */
async function gather(lane: Lane, answered: number): Promise<void> {
  const { waiting } = lane;
  const complete = new AbortController();
  lane.onArrival = () => {
    if (waiting.length >= answered) complete.abort();
  };
  lane.onArrival();
  let before = -1;
  for (let waited = 0; waited < GATHER_MS && waiting.length > before; waited += LOOK_MS) {
    before = waiting.length;
    if (!(await sleep(LOOK_MS, complete.signal))) break;
  }
  lane.onArrival = undefined;
}

/** Takes what may be in flight at a time, at least one, and leaves out requests that were answered. */
function takeParts(waiting: Waiting[], maxBytes: number): Waiting[] {
  const taken: Waiting[] = [];
  let seen = 0;
  let bytes = 0;
  for (const next of waiting) {
    if (next.answered.aborted) {
      next.reject(next.answered.reason);
    } else {
      bytes += bytesOf(next);
      if (taken.length > 0 && bytes > maxBytes) break;
      taken.push(next);
    }
    seen += 1;
  }
  waiting.splice(0, seen);
  return taken;
}

/** The parts in runs of one operation. */
function runsOf(parts: readonly Waiting[]): Waiting[][] {
  const runs: Waiting[][] = [];
  for (const part of parts) {
    const run = runs.at(-1);
    if (run?.[0]?.group.operation === part.group.operation) run.push(part);
    else runs.push([part]);
  }
  return runs;
}

/** Leaves out requests that were answered meanwhile. */
function waitingStill(parts: readonly Waiting[]): Waiting[] {
  for (const part of parts) if (part.answered.aborted) part.reject(part.answered.reason);
  return parts.filter(({ answered }) => !answered.aborted);
}

/** The parts of one operation message by message: each stays within `maxBytes`. */
function messagesOf(parts: readonly Waiting[], maxBytes: number): Parts[] {
  const messages: Parts[] = [];
  let bytes = 0;
  for (const part of parts) {
    const message = messages.at(-1);
    bytes += bytesOf(part);
    if (message !== undefined && bytes <= maxBytes) {
      message.push(part);
    } else {
      messages.push([part]);
      bytes = bytesOf(part);
    }
  }
  return messages;
}

function bytesOf({ group }: Waiting): number {
  return group.bytes + REQUEST_BYTES;
}

/** The requests of parts, each once. */
function requestsOf(parts: readonly Waiting[]): Correlation[] {
  return [...new Set(parts.map(({ request }) => request))];
}

/** Every part learns of its own message; a failure does not hold up the key. */
async function publish(publisher: Publisher, parts: Parts): Promise<boolean> {
  const [first, ...others] = parts;
  try {
    await publisher.publish(
      mutationsMessage([first.group, ...others.map(({ group }) => group)], {
        requests: requestsOf(parts),
      }),
    );
    for (const part of parts) part.resolve();
    return true;
  } catch (error) {
    for (const part of parts) part.reject(error);
    return false;
  }
}
