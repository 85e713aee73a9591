import type { Publisher } from '../../shared/queue/queue.ts';

/** A publisher that counts what goes through it. */
export function countingPublisher(
  publisher: Publisher,
  counts: { messages: number; messageBytes: number },
): Publisher {
  return {
    spacing: publisher.spacing,
    publish: (message) => {
      counts.messages += 1;
      counts.messageBytes += message.data.length;
      return publisher.publish(message);
    },
    close: () => publisher.close(),
  };
}
