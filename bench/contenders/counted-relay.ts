import { embeddedQueueParts } from '../../cli/local-stack/queue-parts.ts';
import { createIntakeHandler } from '../../functions/intake/handler.ts';
import { intakeSettings } from '../../functions/intake/settings.ts';
import type { HttpHandler } from '../../shared/http/answer.ts';
import { leaseFor } from '../../shared/delivery/drain.ts';
import { createDrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import { createEmbeddedCrashStore } from '../../shared/delivery/embedded-crash-store.ts';
import { createEnvironmentSecret } from '../../shared/secrets/environment-secret.ts';
import { countingPublisher } from './counting-publisher.ts';
import { deliveryToPangolin, type DeliveryToPangolin } from './delivery-to-pangolin.ts';

/** About what Pub/Sub takes within a region. */
const PUBLISH_ROUND_TRIP_MS = 20;

export interface RelayCounts {
  messages: number;
  /** Of their data. */
  messageBytes: number;
  mapReads: number;
}

/** Intake, queue and forward in one process, with counters between them. */
export function createCountedRelay(
  options: DeliveryToPangolin & { readonly counts: RelayCounts },
): HttpHandler {
  const { config, log, counts } = options;
  const queue = embeddedQueueParts(log, {
    embeddedQueue: { publishRoundTripMs: PUBLISH_ROUND_TRIP_MS },
  });
  const { dependencies, map } = deliveryToPangolin(options);
  const { callTimeoutMs } = dependencies.destination.capabilities;
  void queue.attach(leaseFor(callTimeoutMs), (consumer) =>
    createDrainedDelivery(dependencies, {
      consumer,
      crashStore: createEmbeddedCrashStore(),
      maxBytes: config.MAX_PENDING_BYTES,
    }),
  );
  return createIntakeHandler({
    hmacSecret: createEnvironmentSecret(config.HMAC_SECRETS),
    basicAuth: undefined,
    publisher: countingPublisher(queue.publisher, counts),
    // What intake reads itself is not counted: those are not reads of the delivery.
    audienceMap: map,
    log,
    settings: intakeSettings(config),
  });
}
