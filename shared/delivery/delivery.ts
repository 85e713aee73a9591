import { logDeliverySettled } from '../log-events.ts';
import type { Subscriber } from '../queue/queue.ts';
import { sleep } from '../sleep.ts';
import { sumCounts, type DeliverKeyBatch, type KeyBatchResult } from './key-batch.ts';

export interface PushSettings {
  /** Looks at a message that waits, a second apart, before the queue has it again. */
  readonly looks?: number;
  /** Aborted when the process ends: nothing is looked at again then. */
  readonly stopping?: AbortSignal;
}

const LOOK_AGAIN_MS = 1_000;

/** Delivers messages that are pushed, one by one: each is a key batch of its own. */
export function createDelivery(
  deliver: DeliverKeyBatch,
  { looks = 1, stopping }: PushSettings = {},
): Subscriber {
  return async (delivery, gone) => {
    let left = looks;
    const mayGoOn = () => !gone.aborted && stopping?.aborted !== true;
    const result = await deliver([delivery], {
      mayCall: mayGoOn,
      isLost: () => gone.aborted,
      lookAgain: async () => {
        left -= 1;
        return left > 0 && (await sleep(LOOK_AGAIN_MS, stopping)) && mayGoOn();
      },
    });
    if (!result.hasFailed) logSettled(result);
    return result.wait === undefined ? 'ack' : 'nack';
  };
}

function logSettled({ counts, leftCounts, wait, postponed, report }: KeyBatchResult): void {
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
    retryReason: (wait ?? postponed)?.reason,
  });
}
