import type { Delivery } from '../queue/queue.ts';
import type { Logger } from '../logger.ts';
import {
  NO_COUNTS,
  sumCounts,
  type DeliverKeyBatch,
  type KeyBatchResult,
  type Wait,
} from './key-batch.ts';

/** A message of this long ago that was not settled here is taken to be settled elsewhere. */
const FORGOTTEN_AFTER_MS = 120_000;

/**
 * Delivers an audience's messages of version 1 before those of version 2, over all of its ordering keys:
 * where an upgrade makes one key of several, the operations of a user may be in two. Once no message of
 * version 1 is left it changes nothing; the next version can do without it (docs/decisions/0029).
 */
export function oldKeysFirst(
  deliver: DeliverKeyBatch,
  log: Logger,
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

  /** Of a key batch that is not delivered yet. */
  function nothingOf(messages: readonly Delivery[]): KeyBatchResult {
    const [oldest] = messages;
    const report = {
      kind: 'mutations',
      audience: oldest?.attributes['audience'],
      ageMs: now() - (oldest?.publishTime.getTime() ?? now()),
      durationMs: 0,
      deliveryAttempt: oldest?.deliveryAttempt,
      requestIds: [],
      forDestination: undefined,
      log,
    };
    return { settled: 0, counts: NO_COUNTS, leftCounts: NO_COUNTS, hasFailed: false, report };
  }

  return async (messages, hold, hasCrashed) => {
    const firstNew = messages.findIndex(isNew);
    const head = messages.slice(0, firstNew === -1 ? messages.length : firstNew);
    const rest = messages.slice(head.length);
    let ofHead: KeyBatchResult | undefined;
    if (head.length > 0) {
      note(head.filter(isOld));
      ofHead = await deliver(head, hold, hasCrashed);
      forget(head.slice(0, ofHead.settled).filter(isOld));
      if (ofHead.wait !== undefined || rest.length === 0) return ofHead;
    } else {
      // All key batches of one pull are noted by then.
      await nextTurn();
    }
    const audience = rest[0]?.attributes['audience'] ?? '';
    while (isPreceded(audience)) {
      if (await hold.lookAgain()) continue;
      return { ...(ofHead ?? nothingOf(rest)), wait: waitFor(audience) };
    }
    const delivered = await deliver(rest, hold, hasCrashed);
    if (ofHead === undefined) return delivered;
    return {
      ...delivered,
      settled: ofHead.settled + delivered.settled,
      counts: sumCounts(ofHead.counts, delivered.counts),
      postponed: ofHead.postponed ?? delivered.postponed,
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
