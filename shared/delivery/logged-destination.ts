import {
  logDestinationFault,
  logDestinationPaused,
  logDestinationRecovered,
} from '../log-events.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { createPoliteDestination, type PoliteDestination } from './polite-destination.ts';

/** The polite destination of a delivery, which logs when it is left alone. */
export function loggedDestination({
  destination,
  circuit,
  onDestinationFault,
  onPlatformResumed,
  log,
}: DeliveryDependencies): PoliteDestination {
  const { id } = destination;
  return createPoliteDestination(destination, {
    ...circuit,
    onResumed: onPlatformResumed,
    onFault: (status, isNew) => {
      if (isNew) logDestinationFault(log, { destination: id, status });
      onDestinationFault?.();
    },
    onRecovery: () => {
      logDestinationRecovered(log, { destination: id });
    },
    onPause: (reason, pauseMs) => {
      logDestinationPaused(log, { destination: id, reason, pauseMs });
    },
  });
}
