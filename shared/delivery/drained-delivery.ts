import { logCrashRecordFailed, loggedError } from '../log-events.ts';
import type { Consumer } from '../queue/consumer.ts';
import type { Delivery, Settlement } from '../queue/queue.ts';
import { createCrashGuard, type CrashStore } from './crash-guard.ts';
import { createKeyBatchDelivery } from './deliver-key-batch.ts';
import { createDelivery } from './delivery.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { createDrain, type Drain, type DrainSettings, type Wake } from './drain.ts';
import { createDueCreations } from './due-creations.ts';
import { oldKeysFirst } from './old-keys-first.ts';

export interface DrainedDeliverySettings extends Pick<
  DrainSettings,
  'maxBytes' | 'extendEveryMs' | 'frozenAfterMs'
> {
  readonly consumer: Consumer;
  readonly crashStore: CrashStore;
}

/** All that a forward does for its destination. */
export interface DrainedDelivery extends Pick<Drain, 'stop'> {
  /**
   * Delivers what waits, in the queue and in the audience map, and resolves when nothing is left to do.
   * @param wake a message that was published; without one it is a sweep
   */
  look(wake?: Wake): Promise<void>;
  /**
   * Delivers a message that was pushed: creations and rejected entries, and mutations where the
   * subscription still pushes them. `nack` at once while messages of its key are being delivered.
   */
  push(delivery: Delivery, key: string, gone: AbortSignal): Promise<Settlement>;
}

/** Looks at a pushed message that waits: no longer, since its request is open meanwhile. */
const LOOKS = 4;
/** Wakes come with every message; creations that wait are looked for less often. */
const CREATIONS_EVERY_MS = 10_000;

/** The delivery to a destination: what waits is called early when its wait has ended. */
export function createDrainedDelivery(
  dependencies: DeliveryDependencies,
  { consumer, crashStore, ...settings }: DrainedDeliverySettings,
): DrainedDelivery {
  const { destination, audienceMap, log } = dependencies;
  const { callTimeoutMs, maxMembersPerCall } = destination.capabilities;
  const deliverKeyBatch = createKeyBatchDelivery({
    ...dependencies,
    onAudienceReady: (id) => {
      drain.callEarly(({ audience }) => audience === id);
    },
    onPlatformResumed: () => {
      drain.callEarly(({ audience }) => audience === undefined);
    },
    onCreationPostponed: (dueAt) => {
      creations.wakeAt(dueAt);
    },
  });
  const deliver = oldKeysFirst(deliverKeyBatch, log);
  const drain = createDrain({
    ...settings,
    consumer,
    deliver,
    crashGuard: createCrashGuard({
      store: crashStore,
      leaseMs: consumer.leaseMs,
      onStoreFailed: (error) => {
        logCrashRecordFailed(log, loggedError(error));
      },
    }),
    callTimeoutMs,
    fullCall: maxMembersPerCall,
    log,
  });
  const stopping = new AbortController();
  const deliverPushed = createDelivery(deliver, { looks: LOOKS, stopping: stopping.signal });
  const deliverDue = createDelivery(deliver, { stopping: stopping.signal });
  const creations = createDueCreations({ audienceMap, deliver: deliverDue, log });
  let creationsAt = -Infinity;

  return {
    look: async (wake) => {
      const isTime = wake === undefined || Date.now() - creationsAt >= CREATIONS_EVERY_MS;
      if (isTime) creationsAt = Date.now();
      await Promise.all([drain.look(wake), isTime ? creations.deliver() : undefined]);
    },
    push: async (delivery, key, gone) => {
      const settled = await drain.alone(key, () => deliverPushed(delivery, gone));
      return settled ?? 'nack';
    },
    stop: async (timeoutMs) => {
      stopping.abort();
      await Promise.all([drain.stop(timeoutMs), creations.stop()]);
    },
  };
}
