import type { LeasedMessage } from '../queue/consumer.ts';

/** Messages that are known to wait in the queue and were not pulled yet. */
export interface AwaitedMessages {
  /** A message was published, as a wake tells. One that was pulled already is not awaited. */
  announce(messageId: string): void;
  /** Messages come again: they were put back, or their lease has ended. */
  expectAgain(messages: readonly LeasedMessage[]): void;
  /** Messages were pulled. */
  arrived(messages: readonly LeasedMessage[]): void;
  /** True while any is awaited. One is for `awaitMs` at most: another instance may have it. */
  areAny(): boolean;
}

const MAX_IDS = 50_000;

export function createAwaitedMessages(awaitMs: number): AwaitedMessages {
  /** By id: since when. */
  const awaited = new Map<string, number>();
  /** Ids of messages that were pulled; a wake may come later than its message. */
  const seen = new Map<string, number>();

  return {
    announce: (messageId) => {
      if (!seen.has(messageId)) remember(awaited, messageId, MAX_IDS);
    },
    expectAgain: (messages) => {
      for (const { messageId } of messages) remember(awaited, messageId, MAX_IDS);
    },
    arrived: (messages) => {
      for (const { messageId } of messages) {
        awaited.delete(messageId);
        remember(seen, messageId, MAX_IDS);
      }
    },
    areAny: () => {
      const before = Date.now() - awaitMs;
      for (const [messageId, since] of awaited) {
        if (since >= before) return true;
        awaited.delete(messageId);
      }
      return false;
    },
  };
}

/** Sets the time of an id to now, and forgets the oldest ids beyond `most`. */
export function remember(times: Map<string, number>, id: string, most: number): void {
  times.delete(id);
  times.set(id, Date.now());
  const [oldest] = times.keys();
  if (times.size > most && oldest !== undefined) times.delete(oldest);
}
