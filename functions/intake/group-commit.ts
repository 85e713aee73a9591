import { MAX_MESSAGE_BYTES, type MutationGroup } from '../../shared/audience/grouping.ts';
import { mutationsMessage } from '../../shared/audience/outgoing-message.ts';
import type { Correlation } from '../../shared/logger.ts';
import type { Publisher } from '../../shared/queue/queue.ts';
import { sleep } from '../../shared/sleep.ts';
import type { Answered } from './publish.ts';

/** A group of mutations and the request that waits for it. */
export interface Part {
  readonly group: MutationGroup;
  readonly request: Correlation;
  /** Aborted when the request is answered: what is not under way by then is not published any more. */
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

/** An ordering key with a message under way. */
interface Lane {
  readonly waiting: Waiting[];
  /** Called when one more waits, as long as they are waited for. */
  onArrival?: (() => void) | undefined;
}

export interface GroupCommitOptions {
  /** Of a message's members. */
  readonly maxBytes?: number;
  /** From one message of a key to the next, at least; what comes meanwhile waits and goes together. */
  readonly intervalMs?: number;
}

/** What a request's id takes in its message. */
const REQUEST_BYTES = 40;
/** Under load, how long those who were just answered get to come again, and how often that is looked at. */
const GATHER_MS = 20;
const LOOK_MS = 5;

/**
 * Publishes one message at a time for an ordering key. While it is under way, groups of the same key
 * gather, and go as the next message: nothing waits at low load, and messages grow under load.
 *
 * Callers that wait for their answer come again all at once when their message is stored. Without a
 * moment for them, the first would go alone, and every second message would be that of one request.
 */
export function createGroupCommit(
  publisher: Publisher,
  { maxBytes = MAX_MESSAGE_BYTES, intervalMs = 0 }: GroupCommitOptions = {},
): GroupCommit {
  /** By ordering key. */
  const lanes = new Map<string, Lane>();

  async function publishLane(key: string, lane: Lane): Promise<void> {
    let rest: Promise<unknown> | undefined;
    for (let answered = 0; ;) {
      if (rest !== undefined) await rest;
      else if (answered > 1) await gather(lane, answered);
      const [first, ...others] = takeMessage(lane.waiting, maxBytes);
      if (first === undefined) break;
      rest = intervalMs > 0 ? sleep(intervalMs) : undefined;
      const stored = await publish(publisher, [first, ...others]);
      answered = stored ? 1 + others.length : 0;
    }
    lanes.delete(key);
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

/** Takes what fits into the next message, and leaves out whom nobody waits for any more. */
function takeMessage(lane: Waiting[], maxBytes: number): Waiting[] {
  const taken: Waiting[] = [];
  let bytes = 0;
  for (let next = lane[0]; next !== undefined; next = lane[0]) {
    if (next.answered.aborted) {
      next.reject(next.answered.reason);
    } else {
      bytes += next.group.bytes + REQUEST_BYTES;
      if (taken.length > 0 && bytes > maxBytes) break;
      taken.push(next);
    }
    lane.shift();
  }
  return taken;
}

/** Every part learns of its own message; a failure does not hold up the key. */
async function publish(publisher: Publisher, parts: [Waiting, ...Waiting[]]): Promise<boolean> {
  const [first, ...others] = parts;
  const groups = [first.group, ...others.map(({ group }) => group)] as const;
  const requests = [...new Set(parts.map(({ request }) => request))];
  try {
    await publisher.publish(mutationsMessage([...groups], { requests }));
    for (const part of parts) part.resolve();
    return true;
  } catch (error) {
    for (const part of parts) part.reject(error);
    return false;
  }
}
