import type { Subscriber } from '../queue/queue.ts';
import { createKeyBatchDelivery } from './deliver-key-batch.ts';
import type { DeliveryDependencies } from './dependencies.ts';

/** Delivers messages that are pushed, one by one: each is a key batch of its own, and waits in the queue. */
export function createDelivery(dependencies: DeliveryDependencies): Subscriber {
  const deliver = createKeyBatchDelivery(dependencies);
  return async (delivery, gone) => {
    const { wait } = await deliver([delivery], {
      mayCall: () => !gone.aborted,
      isLost: () => gone.aborted,
      lookAgain: () => Promise.resolve(false),
    });
    return wait === undefined ? 'ack' : 'nack';
  };
}
