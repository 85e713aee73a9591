import type { Wake } from '../../shared/delivery/drain.ts';
import type { DrainedDelivery } from '../../shared/delivery/drained-delivery.ts';

/**
 * Keeps requests open for the drain: Cloud Run gives an instance CPU only while a request is open
 * (documented). The newest wake or sweep stays open while there is work; an older one is answered at once.
 */
export interface WakeHost {
  /**
   * Resolves with the status to answer: 204 when a newer request took over, 200 when the queue is empty,
   * 503 when the instance ends. Never limited in time: at its ack deadline Pub/Sub sends a wake again, and
   * the new one takes over.
   */
  wake(wake?: Wake): Promise<number>;
  /** Stops the drain; the open request is answered then, and comes again at the next instance. */
  stop(timeoutMs: number): Promise<void>;
}

/** Not 202: that is a failure for Pub/Sub's emulator. */
const TAKEN_OVER = 204;
const EMPTY = 200;
const STOPPING = 503;

export function createWakeHost(drain: Pick<DrainedDelivery, 'look' | 'stop'>): WakeHost {
  let open: ((status: number) => void) | undefined;
  let isStopping = false;
  const answer = (status: number): void => {
    open?.(status);
    open = undefined;
  };

  return {
    wake: (wake) =>
      new Promise((resolve) => {
        answer(TAKEN_OVER);
        if (isStopping) {
          resolve(STOPPING);
          return;
        }
        open = resolve;
        void drain.look(wake).then(() => {
          // The drain ends for all wakes at once; only the newest is still open then.
          if (open === resolve && !isStopping) answer(EMPTY);
        });
      }),
    stop: async (timeoutMs) => {
      isStopping = true;
      await drain.stop(timeoutMs);
      answer(STOPPING);
    },
  };
}
