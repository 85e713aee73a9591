import { randomUUID } from 'node:crypto';
import { createForwardHandler } from '../../functions/forward/handler.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import { createLogger } from '../../shared/logger.ts';
import { provisionPush, type ProvisionedPush } from '../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { pubsubEmulatorHost } from '../setup/emulator-proxy.ts';
import { queueContract } from './queue.contract.ts';

describeWithEmulators('Pub/Sub, with a real push subscription', () => {
  queueContract(() => {
    const projectId = 'queue-contract';
    const topic = `t-${randomUUID()}`;
    const publisher = createPubSubPublisher({
      projectId,
      topic,
      timeoutMs: 5_000,
      emulatorHost: pubsubEmulatorHost(),
    });
    const drains: ((timeoutMs: number) => Promise<unknown>)[] = [];
    let provisioned: ProvisionedPush | undefined;
    return Promise.resolve({
      publisher,
      subscribe: async (subscriber) => {
        const settings = { log: createLogger('silent'), maxPendingBytes: 10_000_000 };
        const handler = createForwardHandler(subscriber, settings);
        const { server, url } = await listenLocally(handler, 0);
        drains.push(trackRequests(server));
        if (provisioned === undefined) {
          const names = { projectId, topic, deadLetterTopic: `${topic}-dead`, pushEndpoint: url };
          provisioned = await provisionPush(names);
        } else {
          await provisioned.addSubscription(url);
        }
      },
      close: async () => {
        await provisioned?.remove();
        await Promise.all(drains.map((drain) => drain(1_000)));
        await publisher.close();
      },
    });
  });
});
