import { logCrashRecordFailed, loggedError } from '../log-events.ts';
import type { Consumer } from '../queue/consumer.ts';
import { createCrashGuard, type CrashStore } from './crash-guard.ts';
import { createKeyBatchDelivery } from './deliver-key-batch.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { createDrain, type Drain, type DrainSettings } from './drain.ts';

export interface DrainedDeliverySettings extends Pick<
  DrainSettings,
  'maxBytes' | 'extendEveryMs' | 'frozenAfterMs'
> {
  readonly consumer: Consumer;
  readonly crashStore: CrashStore;
}

/** The drain of a destination's subscription: what waits is called early when its wait has ended. */
export function createDrainedDelivery(
  dependencies: DeliveryDependencies,
  { consumer, crashStore, ...settings }: DrainedDeliverySettings,
): Drain {
  const { destination, log } = dependencies;
  const { callTimeoutMs, maxMembersPerCall } = destination.capabilities;
  const deliver = createKeyBatchDelivery({
    ...dependencies,
    onAudienceReady: (id) => {
      drain.callEarly(({ audience }) => audience === id);
    },
    onPlatformResumed: () => {
      drain.callEarly(({ audience }) => audience === undefined);
    },
  });
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
  return drain;
}
