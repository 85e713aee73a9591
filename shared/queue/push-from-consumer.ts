import type { Consumer, KeyBatch } from './consumer.ts';
import type { Delivery, Settlement } from './queue.ts';

/** Hands the messages of a subscription out one by one, as Pub/Sub pushes them. */
export interface Pusher {
  /** Pushes what waits; a message that is not acknowledged comes again at a later look. */
  look(): Promise<void>;
}

export interface PusherSettings {
  readonly consumer: Consumer;
  readonly push: (delivery: Delivery, key: string) => Promise<Settlement>;
  readonly onFailed: (error: unknown) => void;
}

const MAX_MESSAGES = 1_000;
const MAX_BYTES = 10_000_000;
const PUT_BACK_SECONDS = 1;

/** What a push subscription does, for a queue that is only pulled. */
export function createPusher({ consumer, push, onFailed }: PusherSettings): Pusher {
  async function pushAll({ key, messages }: KeyBatch): Promise<void> {
    for (const [index, message] of messages.entries()) {
      if ((await push(message, key)) === 'nack') {
        await consumer.putBack(messages.slice(index), PUT_BACK_SECONDS);
        return;
      }
      await consumer.acknowledge([message]);
    }
  }

  return {
    look: async () => {
      try {
        const batches = await consumer.pull({ maxMessages: MAX_MESSAGES, maxBytes: MAX_BYTES });
        await Promise.all(batches.map(pushAll));
      } catch (error) {
        onFailed(error);
      }
    },
  };
}
