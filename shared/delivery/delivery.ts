import { decodeMessage, type Message } from '../audience/message.ts';
import { MessageError } from '../errors.ts';
import { logDeliveryFailed, logDeliverySettled, loggedError } from '../log-events.ts';
import { correlatedLogger } from '../logger.ts';
import type { Delivery, Subscriber } from '../queue/queue.ts';
import { createSegment } from './create-segment.ts';
import { createDeadLetterPublisher, type DeadLetterReason } from './dead-letter.ts';
import { createMutationDelivery, type DeliveryContext } from './deliver-mutations.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { NO_OUTCOMES } from './member-outcome.ts';
import type { DeliveryReport } from './report.ts';

/**
 * What forward does with a delivery of the queue: give it up when it is too old or not ours, else
 * bring it to the third party; acknowledge it once every member's outcome is known.
 */
export function createDelivery(dependencies: DeliveryDependencies): Subscriber {
  const { retryWindowMs, now = Date.now } = dependencies;
  const deliverMutations = createMutationDelivery(dependencies);

  async function handle(delivery: Delivery, context: DeliveryContext): Promise<DeliveryReport> {
    // First of all, so that a message which crashes the process ends here too.
    if (now() - delivery.publishTime.getTime() > retryWindowMs) {
      const text = 'It could not be delivered within the retry window.';
      return giveUp('retry-window-ended', text, { delivery, context });
    }
    const message = tryDecode(delivery);
    if (message instanceof MessageError) {
      return giveUp('message-undecodable', message.message, { delivery, context });
    }
    return handleMessage(message, delivery, context);
  }

  async function handleMessage(
    message: Message,
    delivery: Delivery,
    context: DeliveryContext,
  ): Promise<DeliveryReport> {
    switch (message.kind) {
      case 'create-audience':
        return createSegment(message, dependencies, context.log);
      case 'mutations':
        return deliverMutations(message, context);
      case 'rejected-entries': {
        const reasons = new Set(message.entries.map(({ reason }) => reason));
        return giveUp('entry-invalid', [...reasons].join('; '), { delivery, context });
      }
    }
  }

  return async (delivery, gone) => {
    const startedAt = now();
    const log = correlatedLogger(dependencies.log, {
      requestId: delivery.attributes['requestId'] ?? 'unknown',
      trace: delivery.attributes['trace'],
    });
    const deadLetter = createDeadLetterPublisher(dependencies, delivery, log);
    try {
      const { counts, retryReason } = await handle(delivery, { log, deadLetter, gone });
      const settled = retryReason === undefined ? 'ack' : 'nack';
      logDeliverySettled(log, {
        kind: delivery.attributes['kind'] ?? 'unknown',
        settled,
        deliveryAttempt: delivery.deliveryAttempt,
        ageMs: now() - delivery.publishTime.getTime(),
        durationMs: now() - startedAt,
        ...counts,
        retryReason,
      });
      return settled;
    } catch (error) {
      logDeliveryFailed(log, loggedError(error));
      return 'nack';
    }
  };
}

function tryDecode({ data }: Delivery): Message | MessageError {
  try {
    return decodeMessage(data);
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
}

/** Ends a whole message as a dead letter. */
async function giveUp(
  reason: DeadLetterReason,
  text: string,
  { delivery, context }: { delivery: Delivery; context: DeliveryContext },
): Promise<DeliveryReport> {
  const members = Number(/^\d{1,9}$/.exec(delivery.attributes['members'] ?? '')?.[0] ?? 0);
  await context.deadLetter({ reason, text, members, original: delivery.data });
  return { counts: { ...NO_OUTCOMES, rejected: members } };
}
