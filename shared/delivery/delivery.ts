import { decodeMessage, type Message } from '../audience/message.ts';
import type { DeadLetterReason } from '../dead-letters/dead-letter.ts';
import { MessageError } from '../errors.ts';
import { logDeliveryFailed, logDeliverySettled, loggedError } from '../log-events.ts';
import { correlatedLogger } from '../logger.ts';
import type { Delivery, Subscriber } from '../queue/queue.ts';
import { createBriefRetry } from './brief-retry.ts';
import { createSegment, failCreation } from './create-segment.ts';
import { createDeadLetterPublisher, operatedAt } from './dead-letter.ts';
import { createMutationDelivery, type DeliveryContext } from './deliver-mutations.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { createSegmentFinder } from './find-segment.ts';
import { NO_OUTCOMES } from './member-outcome.ts';
import { loggedDestination } from './logged-destination.ts';
import { createMicroBatches } from './micro-batches.ts';
import { done, retryLater, type DeliveryReport } from './report.ts';

/**
 * What forward does with a delivery of the queue: give it up when it is too old or not ours, else
 * bring it to the third party; acknowledge it once every member's outcome is known.
 */
export function createDelivery(dependencies: DeliveryDependencies): Subscriber {
  const { retryWindowMs, deadMembers, memberId, now = Date.now } = dependencies;
  const destination = loggedDestination(dependencies);
  const retryBriefly = dependencies.retryBriefly ?? createBriefRetry();
  const creation = { ...dependencies, destination, retryBriefly };
  const deliverMutations = createMutationDelivery({
    findSegment: createSegmentFinder(creation),
    microBatches: createMicroBatches({ destination, retryBriefly, log: dependencies.log }),
    deadMembers,
    memberId,
    removal: destination.capabilities.removal,
  });

  async function handle(delivery: Delivery, context: DeliveryContext): Promise<DeliveryReport> {
    const { destination: forDestination = destination.id } = delivery.attributes;
    if (forDestination !== destination.id) return { ...done, forDestination };
    // Before it is looked into, so that a message which crashes the process ends here too.
    if (now() - delivery.publishTime.getTime() > retryWindowMs) {
      return expire(delivery, context);
    }
    const message = tryDecode(delivery);
    if (message instanceof MessageError) {
      return giveUp('message-undecodable', message.message, { delivery, context });
    }
    return handleMessage(message, delivery, context);
  }

  /** It is stored before anything else is tried; of whom it speaks is not even looked up. */
  async function expire(delivery: Delivery, context: DeliveryContext): Promise<DeliveryReport> {
    const text = 'It could not be delivered within the retry window.';
    const report = await giveUp('retry-window-ended', text, { delivery, context });
    const { audience, kind } = delivery.attributes;
    if (audience !== undefined && kind === 'mutations') {
      await deadMembers.recordDead(audience, { at: context.operatedAt });
    }
    if (audience !== undefined && kind === 'create-audience') {
      await failCreation(audience, creation, context.log);
    }
    return report;
  }

  async function handleMessage(
    message: Message,
    delivery: Delivery,
    context: DeliveryContext,
  ): Promise<DeliveryReport> {
    if (message.kind === 'rejected-entries') {
      const reasons = new Set(message.entries.map(({ reason }) => reason));
      return giveUp('entry-invalid', [...reasons].join('; '), { delivery, context });
    }
    // Back to the queue at once: what is held here could only wait. Members wait out a short pause.
    const paused = destination.paused();
    const isWaitedOut = paused?.waitOut === true && message.kind === 'mutations';
    if (paused !== undefined && !isWaitedOut) return retryLater(paused.reason);
    return message.kind === 'mutations'
      ? deliverMutations(message, context)
      : createSegment(message, creation, context.log);
  }

  return async (delivery, gone) => {
    const startedAt = now();
    const log = correlatedLogger(dependencies.log, {
      requestId: delivery.attributes['requestId'] ?? 'unknown',
      trace: delivery.attributes['trace'],
    });
    const context: DeliveryContext = {
      log,
      deadLetter: createDeadLetterPublisher(dependencies, delivery, log),
      operatedAt: operatedAt(delivery),
      isReplay: delivery.attributes['operatedAt'] !== undefined,
      gone,
    };
    try {
      const { counts, ...report } = await handle(delivery, context);
      const settled = report.retryReason === undefined ? 'ack' : 'nack';
      logDeliverySettled(log, {
        kind: delivery.attributes['kind'] ?? 'unknown',
        settled,
        deliveryAttempt: delivery.deliveryAttempt,
        ageMs: now() - delivery.publishTime.getTime(),
        durationMs: now() - startedAt,
        ...counts,
        ...report,
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
