import pLimit from 'p-limit';
import type { Message } from '../../shared/audience/message.ts';
import { outgoingMessage } from '../../shared/audience/outgoing-message.ts';
import { PlatformError } from '../../shared/errors.ts';
import type { Correlation } from '../../shared/logger.ts';
import { within } from '../../shared/within.ts';
import type { IntakeDependencies } from './dependencies.ts';

const MAX_PUBLISHES_AT_ONCE = 100;

/**
 * Publishes the messages of a request and resolves once the queue has stored them all.
 * @throws PlatformError QUEUE_UNAVAILABLE when it has not within the time a request may wait.
 */
export async function publishAll(
  messages: readonly Message[],
  correlation: Correlation,
  { publisher, settings }: IntakeDependencies,
): Promise<void> {
  const limit = pLimit(MAX_PUBLISHES_AT_ONCE);
  const publish = (message: Message) => publisher.publish(outgoingMessage(message, correlation));
  try {
    const stored = limit.map(messages, publish);
    if ((await within(stored, settings.publishTimeoutMs)) !== undefined) return;
  } finally {
    // After a failure the request is answered 503: what is not under way is not begun.
    limit.clearQueue();
  }
  const text = 'The queue did not acknowledge in time; send the request again.';
  throw new PlatformError('QUEUE_UNAVAILABLE', text);
}
