import type { Delivery } from '../queue/queue.ts';
import type { DeliverKeyBatch, KeyBatchResult, Wait } from './key-batch.ts';

/** A message of this long ago that was not settled here is taken to be settled elsewhere. */
const FORGOTTEN_AFTER_MS = 120_000;

/**
 * Delivers an audience's messages of version 1 before those of version 2, over all of its ordering keys:
 * where an upgrade makes one key of several, the operations of a user may be in two. Once no message of
 * version 1 is left it changes nothing; the next version can do without it (docs/decisions/0029).
 */
export function oldKeysFirst(
  deliver: DeliverKeyBatch,
  now: () => number = Date.now,
): DeliverKeyBatch {
  /** By audience: the messages of version 1 that are not settled, and when they were last seen. */
  const old = new Map<string, Map<string, number>>();

  function note(messages: readonly Delivery[]): void {
    for (const { messageId, attributes } of messages) {
      const { audience = '' } = attributes;
      const ofAudience = old.get(audience) ?? new Map<string, number>();
      old.set(audience, ofAudience.set(messageId, now()));
    }
  }

  function forget(messages: readonly Delivery[]): void {
    for (const { messageId, attributes } of messages) {
      const { audience = '' } = attributes;
      old.get(audience)?.delete(messageId);
      if (old.get(audience)?.size === 0) old.delete(audience);
    }
  }

  function isPreceded(audience: string): boolean {
    const ofAudience = old.get(audience);
    if (ofAudience === undefined) return false;
    for (const [messageId, seenAt] of ofAudience) {
      if (now() - seenAt > FORGOTTEN_AFTER_MS) ofAudience.delete(messageId);
    }
    if (ofAudience.size > 0) return true;
    old.delete(audience);
    return false;
  }

  return async (messages, hold, hasCrashed) => {
    const firstNew = messages.findIndex(isNew);
    const head = messages.slice(0, firstNew === -1 ? messages.length : firstNew);
    const rest = messages.slice(head.length);
    let result: KeyBatchResult = { settled: 0, members: 0 };
    if (head.length > 0) {
      const ofHead = head.filter(isOld);
      note(ofHead);
      const delivered = await deliver(head, hold, hasCrashed);
      forget(ofHead.filter((message) => head.indexOf(message) < delivered.settled));
      if (delivered.wait !== undefined || rest.length === 0) return delivered;
      result = delivered;
    } else {
      // All key batches of one pull are noted by then.
      await nextTurn();
    }
    const audience = rest[0]?.attributes['audience'] ?? '';
    while (isPreceded(audience)) {
      if (!(await hold.lookAgain())) return { ...result, wait: waitFor(audience) };
    }
    const delivered = await deliver(rest, hold, hasCrashed);
    return {
      ...result,
      ...delivered,
      settled: result.settled + delivered.settled,
      members: result.members + delivered.members,
    };
  };
}

const isNew = ({ attributes }: Delivery): boolean => attributes['version'] === '2';
const isOld = ({ attributes }: Delivery): boolean =>
  attributes['kind'] === 'mutations' && attributes['version'] !== '2';

function waitFor(audience: string): Wait {
  return { reason: 'older messages of the audience go first', audience };
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
