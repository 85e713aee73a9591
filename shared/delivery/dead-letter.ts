import {
  DEAD_LETTER_VERSION,
  encodeDeadLetter,
  type DeadLetterReason,
} from '../dead-letters/dead-letter.ts';
import { logDeadLetterPublished } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import type { Delivery } from '../queue/queue.ts';
import type { DeliveryDependencies } from './dependencies.ts';

/** In base64, and wrapped, it stays below Pub/Sub's limit of 10 MB; our own messages are far smaller. */
const MAX_ORIGINAL_BYTES = 5_000_000;

export interface DeadLetterContent {
  readonly reason: DeadLetterReason;
  readonly text: string;
  readonly members: number;
  readonly original: Uint8Array;
}

/** Publishes a dead letter. Rejects when it is not stored: then the delivery must come again. */
export type PublishDeadLetter = (content: DeadLetterContent) => Promise<void>;

/** When a delivery's operations were first published, in milliseconds; a replay's are older than it. */
export function operatedAt({ attributes, publishTime }: Delivery): number {
  const replayed = attributes['operatedAt'] ?? '';
  return /^\d{1,15}$/.test(replayed) ? Number(replayed) : publishTime.getTime();
}

/** A function that publishes what one delivery gives up on. */
export function createDeadLetterPublisher(
  dependencies: DeliveryDependencies,
  delivery: Delivery,
  log: Logger,
): PublishDeadLetter {
  const { deadLetters, destination, now = Date.now } = dependencies;
  const requestId = delivery.attributes['requestId'];

  return async ({ reason, text, members, original }) => {
    const data = encodeDeadLetter({
      version: DEAD_LETTER_VERSION,
      reason,
      text,
      destination: destination.id,
      audience: delivery.attributes['audience'],
      members,
      requestId,
      messageId: delivery.messageId,
      publishedAt: new Date(operatedAt(delivery)).toISOString(),
      deadAt: new Date(now()).toISOString(),
      original: Buffer.from(original.subarray(0, MAX_ORIGINAL_BYTES)).toString('base64'),
      truncated: original.length > MAX_ORIGINAL_BYTES,
    });
    await deadLetters.publish({
      data,
      attributes: {
        reason,
        destination: destination.id,
        ...(requestId === undefined ? {} : { requestId }),
      },
    });
    logDeadLetterPublished(log, { reason, destination: destination.id, members });
  };
}
