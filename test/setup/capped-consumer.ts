import type { Consumer, KeyBatch, LeasedMessage, PullLimits } from '../../shared/queue/consumer.ts';

/** A key batch that was split: its lease is one. */
interface Split {
  readonly key: string;
  /** Handed out, and not acknowledged. */
  out: readonly LeasedMessage[];
  /** Kept, to be handed out when the head is acknowledged. */
  surplus: readonly LeasedMessage[];
  until: number;
}

/**
 * Hands out at most `most` messages of a key per pull: how many Pub/Sub hands out is documented nowhere.
 * It keeps what a pull handed out beyond that, with its lease, and hands it out after the head.
 */
export function cappedConsumer(consumer: Consumer, most: number): Consumer {
  const { leaseMs } = consumer;
  const splits = new Map<string, Split>();
  const splitOf = new WeakMap<LeasedMessage, Split>();

  function handOut(split: Split): KeyBatch {
    split.out = split.surplus.slice(0, most);
    split.surplus = split.surplus.slice(most);
    for (const message of split.out) splitOf.set(message, split);
    return { key: split.key, messages: split.out };
  }

  /** Keys whose head is acknowledged, and whose lease still runs. */
  function isNext({ out, surplus, until }: Split): boolean {
    return out.length === 0 && surplus.length > 0 && until > Date.now();
  }

  async function nextHeads({ maxMessages, maxBytes }: PullLimits): Promise<KeyBatch[]> {
    const batches: KeyBatch[] = [];
    let messages = 0;
    let bytes = 0;
    for (const split of [...splits.values()].filter(isNext)) {
      const head = split.surplus.slice(0, most);
      messages += head.length;
      bytes += bytesOf(head);
      if (batches.length > 0 && (messages > maxMessages || bytes > maxBytes)) break;
      const startedAt = Date.now();
      await consumer.extend(split.surplus);
      split.until = startedAt + leaseMs;
      batches.push(handOut(split));
    }
    return batches;
  }

  /** The messages with the surplus of their keys behind them. */
  function withSurplus(messages: readonly LeasedMessage[]): LeasedMessage[] {
    const byKey = Map.groupBy(messages, (message) => splitOf.get(message));
    return [...byKey].flatMap(([split, ofKey]) => [...ofKey, ...(split?.surplus ?? [])]);
  }

  function leaseUntil(messages: readonly LeasedMessage[], until: number): void {
    for (const message of messages) {
      const split = splitOf.get(message);
      if (split !== undefined) split.until = until;
    }
  }

  return {
    leaseMs,
    pull: async (limits) => {
      const heads = await nextHeads(limits);
      if (heads.length > 0) return heads;
      const startedAt = Date.now();
      const pulled = await consumer.pull(limits);
      return pulled.map(({ key, messages }) => {
        const split: Split = { key, out: [], surplus: messages, until: startedAt + leaseMs };
        splits.set(key, split);
        return handOut(split);
      });
    },
    acknowledge: async (messages) => {
      await consumer.acknowledge(messages);
      const done = new Set(messages);
      for (const split of new Set(messages.map((message) => splitOf.get(message)))) {
        if (split === undefined) continue;
        split.out = split.out.filter((message) => !done.has(message));
        const isDone = split.out.length + split.surplus.length === 0;
        if (isDone && splits.get(split.key) === split) splits.delete(split.key);
      }
    },
    putBack: async (messages, seconds) => {
      await consumer.putBack(withSurplus(messages), seconds);
      leaseUntil(messages, Date.now() + seconds * 1_000);
    },
    extend: async (messages) => {
      const startedAt = Date.now();
      await consumer.extend(withSurplus(messages));
      leaseUntil(messages, startedAt + leaseMs);
    },
    close: () => consumer.close(),
  };
}

function bytesOf(messages: readonly LeasedMessage[]): number {
  return messages.reduce((sum, { data }) => sum + data.length, 0);
}
