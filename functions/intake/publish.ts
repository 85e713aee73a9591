import type { Message } from '../../shared/audience/message.ts';
import { outgoingMessage } from '../../shared/audience/outgoing-message.ts';
import { PlatformError } from '../../shared/errors.ts';
import type { Correlation } from '../../shared/logger.ts';
import { within } from '../../shared/within.ts';
import type { IntakeDependencies } from './dependencies.ts';

/**
 * Publishes the messages of a request and resolves once the queue has stored them all.
 * @throws PlatformError QUEUE_UNAVAILABLE when it has not within the time a request may wait.
 */
export async function publishAll(
  messages: readonly Message[],
  correlation: Correlation,
  { publisher, settings }: IntakeDependencies,
): Promise<void> {
  const stored = Promise.all(
    messages.map((message) => publisher.publish(outgoingMessage(message, correlation))),
  );
  if ((await within(stored, settings.publishTimeoutMs)) !== undefined) return;
  const text = 'The queue did not acknowledge in time; send the request again.';
  throw new PlatformError('QUEUE_UNAVAILABLE', text);
}
