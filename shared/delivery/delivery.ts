import { logDeliverySettled } from '../log-events.ts';
import type { Subscriber } from '../queue/queue.ts';
import { createKeyBatchDelivery } from './deliver-key-batch.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { sumCounts, type KeyBatchResult } from './key-batch.ts';

/** Delivers messages that are pushed, one by one: each is a key batch of its own, and waits in the queue. */
export function createDelivery(dependencies: DeliveryDependencies): Subscriber {
  const deliver = createKeyBatchDelivery(dependencies);
  return async (delivery, gone) => {
    const result = await deliver([delivery], {
      mayCall: () => !gone.aborted,
      isLost: () => gone.aborted,
      lookAgain: () => Promise.resolve(false),
    });
    if (!result.hasFailed) logSettled(result);
    return result.wait === undefined ? 'ack' : 'nack';
  };
}

function logSettled({ counts, leftCounts, wait, report }: KeyBatchResult): void {
  const { log, kind, ageMs, durationMs, deliveryAttempt, requestIds, forDestination } = report;
  const { unsupportedRemovals, ...outcomes } = sumCounts(counts, leftCounts);
  logDeliverySettled(log, {
    kind,
    settled: wait === undefined ? 'ack' : 'nack',
    messages: 1,
    deliveryAttempt,
    ageMs,
    durationMs,
    ...outcomes,
    requestIds: requestIds.length > 1 ? requestIds : undefined,
    unsupportedRemovals: unsupportedRemovals > 0 ? unsupportedRemovals : undefined,
    forDestination,
    retryReason: wait?.reason,
  });
}
