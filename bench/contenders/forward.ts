/** Forward as Pub/Sub pushes to it, with an audience map in memory. */
import { createServer } from 'node:http';
import { createForwardHandler } from '../../functions/forward/handler.ts';
import { environment, readConfig } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { createKeyBatchDelivery } from '../../shared/delivery/deliver-key-batch.ts';
import { createDelivery } from '../../shared/delivery/delivery.ts';
import { deliveryToPangolin } from './delivery-to-pangolin.ts';
import { serve } from './serve.ts';

const config = readConfig('localStack');
const log = createLogger(config.LOG_LEVEL);
const counts = { mapReads: 0 };
const { DESTINATION_BASE_URL: baseUrl = '', MEMBERS_PER_CALL } = environment;
const membersPerCall = Number(MEMBERS_PER_CALL);
const { dependencies } = deliveryToPangolin({ baseUrl, membersPerCall, config, log, counts });
const deliver = createDelivery(createKeyBatchDelivery(dependencies));
const handler = createForwardHandler({
  host: { wake: () => Promise.resolve(200), stop: () => Promise.resolve() },
  push: (delivery, _key, gone) => deliver(delivery, gone),
  wakeSubscription: 'none',
  log,
  maxPendingBytes: config.MAX_PENDING_BYTES,
});
serve(
  createServer((request, response) => void handler(request, response)),
  counts,
);
