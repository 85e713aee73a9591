import type { Consumer, KeyBatch } from '../../shared/queue/consumer.ts';

export interface Lies {
  /** Every so many pulls, one says "empty" without looking; the first one is true. */
  readonly emptyEvery?: number;
  /** Messages are hidden for so long after they were published. Less than a lease. */
  readonly lagMs?: number;
}

/** A key batch that is hidden. */
interface Hidden {
  readonly batch: KeyBatch;
  readonly visibleAt: number;
  readonly leaseEndsAt: number;
}

/** Says "empty" though messages wait, as Pub/Sub does and its emulator does not. */
export function lyingConsumer(consumer: Consumer, lies: Lies): Consumer {
  const { leaseMs } = consumer;
  const { emptyEvery = Infinity, lagMs = 0 } = lies;
  let hidden: Hidden[] = [];
  let pulls = 0;

  return {
    ...consumer,
    pull: async (limits) => {
      pulls += 1;
      if (pulls % emptyEvery === 0) return [];
      const startedAt = Date.now();
      for (const batch of await consumer.pull(limits)) {
        const newest = batch.messages.at(-1)?.publishTime.getTime() ?? 0;
        hidden.push({ batch, visibleAt: newest + lagMs, leaseEndsAt: startedAt + leaseMs });
      }
      const now = Date.now();
      // What has lost its lease comes again by itself.
      hidden = hidden.filter(({ leaseEndsAt }) => leaseEndsAt > now);
      const visible: KeyBatch[] = [];
      let messages = 0;
      for (const { batch, visibleAt } of hidden) {
        if (visibleAt > now) continue;
        messages += batch.messages.length;
        if (visible.length > 0 && messages > limits.maxMessages) break;
        visible.push(batch);
      }
      hidden = hidden.filter(({ batch }) => !visible.includes(batch));
      if (lagMs > 0 && visible.length > 0) {
        await consumer.extend(visible.flatMap((batch) => batch.messages));
      }
      return visible;
    },
  };
}
