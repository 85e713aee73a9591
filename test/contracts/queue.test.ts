import { randomUUID } from 'node:crypto';
import { createForwardHandler } from '../../functions/forward/handler.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import { createLogger } from '../../shared/logger.ts';
import { provision, type Provisioned } from '../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { pubsubEmulatorHost } from '../setup/emulator-proxy.ts';
import { queueContract } from './queue.contract.ts';

describeWithEmulators('Pub/Sub, with the push subscription of control messages', () => {
  queueContract(() => {
    const projectId = 'queue-contract';
    const topic = `t-${randomUUID()}`;
    const controlTopic = `${topic}-control`;
    const publisher = createPubSubPublisher({
      projectId,
      topic: controlTopic,
      timeoutMs: 5_000,
      emulatorHost: pubsubEmulatorHost(),
    });
    const drains: ((timeoutMs: number) => Promise<unknown>)[] = [];
    let provisioned: Provisioned | undefined;
    return Promise.resolve({
      publisher,
      subscribe: async (subscriber) => {
        const handler = createForwardHandler({
          host: { wake: () => Promise.resolve(200), stop: () => Promise.resolve() },
          push: (delivery, _key, gone) => subscriber(delivery, gone),
          wakeSubscription: 'none',
          log: createLogger('silent'),
          maxPendingBytes: 10_000_000,
        });
        const { server, url } = await listenLocally(handler, 0);
        drains.push(trackRequests(server));
        const names = { projectId, topic, controlTopic, deadLetterTopic: `${topic}-dead` };
        provisioned ??= await provision(names);
        await provisioned.addForward(`${topic}-forward-${drains.length}`, [url]);
      },
      close: async () => {
        await provisioned?.remove();
        await Promise.all(drains.map((drain) => drain(1_000)));
        await publisher.close();
      },
    });
  });
});
