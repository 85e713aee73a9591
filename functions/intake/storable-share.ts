import type { MutationGroup } from '../../shared/audience/grouping.ts';
import { MAX_BYTES_PER_PUBLISH } from '../../shared/queue/queue.ts';

/** Calls to the queue that one request has in flight at a time. */
export const MAX_PUBLISHES_AT_ONCE = 100;
/** Time that a call to the queue is planned with; ten times what Pub/Sub usually takes in a region. */
const PLANNED_PUBLISH_MS = 200;

/**
 * The share of a request that can be stored in time, 1 for all of it. A key has one call in flight, and
 * every key has calls of its own.
 */
export function storableShare(groups: readonly MutationGroup[], timeoutMs: number): number {
  let calls = 0;
  let callsOfLargestKey = 0;
  for (const ofKey of Map.groupBy(groups, ({ orderingKey }) => orderingKey).values()) {
    const bytes = ofKey.reduce((sum, group) => sum + group.bytes, 0);
    const callsOfKey = Math.ceil(bytes / MAX_BYTES_PER_PUBLISH);
    calls += callsOfKey;
    callsOfLargestKey = Math.max(callsOfLargestKey, callsOfKey);
  }
  const roundsInTime = Math.max(1, Math.floor(timeoutMs / PLANNED_PUBLISH_MS));
  const rounds = Math.max(callsOfLargestKey, calls / MAX_PUBLISHES_AT_ONCE);
  return Math.min(1, roundsInTime / rounds);
}
