import type { Consumer, KeyBatch, LeasedMessage } from '../queue/consumer.ts';
import type { Wait } from './key-batch.ts';

/** Key batches that were put back: until when, how often, and what they wait for. */
export interface PutBacks {
  /**
   * Puts a key batch back: for as long as its wait is known to last, else longer each time.
   * @returns for how many seconds
   */
  add(batch: KeyBatch, wait: Wait): Promise<number>;
  /** Number of times in a row that the key was put back. */
  timesOf(key: string): number;
  /** True until the key's time is over: a wake for it is not waited for. */
  isAway(key: string): boolean;
  /** Forgets the ack ids of a key: its messages came again. */
  cameAgain(key: string): void;
  /** Forgets a key: it was acknowledged. */
  forget(key: string): void;
  /**
   * Calls back in a second those whose wait has ended, in the order in which they were put back.
   * @returns their messages, also of those that come within a second, or that can be pulled already
   */
  callEarly(hasEnded: (wait: Wait) => boolean): Promise<LeasedMessage[]>;
}

interface PutBack {
  readonly batch: KeyBatch;
  readonly wait: Wait;
  readonly times: number;
  /** 0: they came again. */
  until: number;
}

const LONGEST_SECONDS = 30;
/** Keys remembered, at most. One that is forgotten comes again all the same. */
const MAX_KEYS = 10_000;

export function createPutBacks(consumer: Pick<Consumer, 'putBack'>): PutBacks {
  /** By key, in the order of putting back. */
  const entries = new Map<string, PutBack>();

  return {
    add: async (batch, wait) => {
      const times = (entries.get(batch.key)?.times ?? 0) + 1;
      const { remainingMs = 1_000 * 2 ** (times - 1) } = wait;
      const seconds = Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(remainingMs / 1_000)));
      entries.delete(batch.key);
      entries.set(batch.key, { batch, wait, times, until: Date.now() + seconds * 1_000 });
      const [oldest] = entries.keys();
      if (entries.size > MAX_KEYS && oldest !== undefined) entries.delete(oldest);
      await consumer.putBack(batch.messages, seconds);
      return seconds;
    },
    timesOf: (key) => entries.get(key)?.times ?? 0,
    isAway: (key) => (entries.get(key)?.until ?? 0) > Date.now(),
    cameAgain: (key) => {
      const entry = entries.get(key);
      if (entry !== undefined) entry.until = 0;
    },
    forget: (key) => {
      entries.delete(key);
    },
    callEarly: async (hasEnded) => {
      const soon = Date.now() + 1_000;
      const ended = [...entries.values()].filter(({ wait, until }) => until > 0 && hasEnded(wait));
      const called = ended.filter(({ until }) => until > soon);
      for (const entry of called) entry.until = soon;
      if (called.length > 0) await consumer.putBack(messagesOf(called), 1);
      return messagesOf(ended);
    },
  };
}

function messagesOf(entries: readonly PutBack[]): LeasedMessage[] {
  return entries.flatMap(({ batch }) => batch.messages);
}
