/** What was given up on, with its reason: the message on the dead-letter topic. */
import { logDeadLetterPublished } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import type { Delivery } from '../queue/queue.ts';
import type { DeliveryDependencies } from './dependencies.ts';

const DEAD_LETTER_VERSION = 1;
/** In base64, and wrapped, it stays below Pub/Sub's limit of 10 MB; our own messages are far smaller. */
const MAX_ORIGINAL_BYTES = 5_000_000;

export type DeadLetterReason =
  /** Older than the retry window. */
  | 'retry-window-ended'
  /** Not a message of ours: redelivery cannot help. */
  | 'message-undecodable'
  /** Intake set the entry aside: it is no valid mutation. */
  | 'entry-invalid'
  /** The third party refused the member for good. */
  | 'member-rejected';

/** JSON on the dead-letter topic. */
export interface DeadLetter {
  readonly version: typeof DEAD_LETTER_VERSION;
  readonly reason: DeadLetterReason;
  /** The reason in words, for an operator. */
  readonly text: string;
  readonly destination: string;
  readonly audience: string | undefined;
  /** Members or entries in it. */
  readonly members: number;
  readonly requestId: string | undefined;
  readonly messageId: string;
  readonly publishedAt: string;
  readonly deadAt: string;
  /** Base64 of the message's bytes, reduced to what was given up on: a replay publishes them. */
  readonly original: string;
  /** Whether `original` is only the beginning: a foreign message too large to be kept whole. */
  readonly truncated: boolean;
}

export interface DeadLetterContent {
  readonly reason: DeadLetterReason;
  readonly text: string;
  readonly members: number;
  readonly original: Uint8Array;
}

/** Publishes a dead letter. Rejects when it is not stored: then the delivery must come again. */
export type PublishDeadLetter = (content: DeadLetterContent) => Promise<void>;

/** A function that publishes what one delivery gives up on. */
export function createDeadLetterPublisher(
  dependencies: DeliveryDependencies,
  delivery: Delivery,
  log: Logger,
): PublishDeadLetter {
  const { deadLetters, destination, now = Date.now } = dependencies;
  const requestId = delivery.attributes['requestId'];

  return async ({ reason, text, members, original }) => {
    const deadLetter: DeadLetter = {
      version: DEAD_LETTER_VERSION,
      reason,
      text,
      destination: destination.id,
      audience: delivery.attributes['audience'],
      members,
      requestId,
      messageId: delivery.messageId,
      publishedAt: delivery.publishTime.toISOString(),
      deadAt: new Date(now()).toISOString(),
      original: Buffer.from(original.subarray(0, MAX_ORIGINAL_BYTES)).toString('base64'),
      truncated: original.length > MAX_ORIGINAL_BYTES,
    };
    await deadLetters.publish({
      data: Buffer.from(JSON.stringify(deadLetter), 'utf8'),
      attributes: {
        reason,
        destination: destination.id,
        ...(requestId === undefined ? {} : { requestId }),
      },
    });
    logDeadLetterPublished(log, { reason, destination: destination.id, members });
  };
}
