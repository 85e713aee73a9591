import type { Subscriber } from '../queue/queue.ts';
import { sleep } from '../sleep.ts';
import type { DeliverKeyBatch } from './key-batch.ts';

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
    const { wait } = await deliver([delivery], {
      mayCall: mayGoOn,
      isLost: () => gone.aborted,
      lookAgain: async () => {
        left -= 1;
        return left > 0 && (await sleep(LOOK_AGAIN_MS, stopping)) && mayGoOn();
      },
    });
    return wait === undefined ? 'ack' : 'nack';
  };
}
