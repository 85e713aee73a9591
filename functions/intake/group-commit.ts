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
  maxBytes: number = MAX_MESSAGE_BYTES,
): GroupCommit {
  /** By ordering key; a key that is here has a message under way. */
  const lanes = new Map<string, Waiting[]>();

  async function publishLane(key: string, lane: Waiting[]): Promise<void> {
    for (let answered = 0; ;) {
      if (answered > 1) await gather(lane, answered);
      const [first, ...others] = takeMessage(lane, maxBytes);
      if (first === undefined) break;
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
        lane.push(waiting);
        return;
      }
      const opened = [waiting];
      lanes.set(key, opened);
      void publishLane(key, opened);
    });
}

/** Waits for those who were answered, as long as some of them keep coming. */
async function gather(lane: readonly Waiting[], answered: number): Promise<void> {
  let before = -1;
  for (let waited = 0; waited < GATHER_MS; waited += LOOK_MS) {
    if (lane.length >= answered || lane.length === before) return;
    before = lane.length;
    await sleep(LOOK_MS);
  }
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
