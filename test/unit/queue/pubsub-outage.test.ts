import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { provisionPush } from '../../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../../shared/queue/pubsub-queue.ts';
import { describeWithEmulators } from '../../setup/describe-with-emulators.ts';
import {
  proxyEmulator,
  pubsubEmulatorHost,
  withPubSubEmulatorAt,
} from '../../setup/emulator-proxy.ts';

const TIMEOUT_MS = 500;

describeWithEmulators('Pub/Sub is down', () => {
  test('a publish fails within its time, and the next one of the key works once it is back', async () => {
    const topic = `t-${randomUUID()}`;
    const names = { topic, deadLetterTopic: `${topic}-dead`, pushEndpoint: 'http://127.0.0.1:9/' };
    const provisioned = await provisionPush({ projectId: 'outage', ...names });
    const proxy = await proxyEmulator(pubsubEmulatorHost());
    const publisher = withPubSubEmulatorAt(proxy.host, () =>
      createPubSubPublisher({ projectId: 'outage', topic, timeoutMs: TIMEOUT_MS }),
    );
    const publish = () =>
      publisher.publish({ data: Buffer.from('x'), attributes: {}, orderingKey: 'a.1' });
    await publish();

    await proxy.cut();
    const failed = { code: 'QUEUE_UNAVAILABLE', retryable: true };
    const startedAt = Date.now();
    await expect(publish()).rejects.toMatchObject(failed);
    // Bounds a client that would go on for ten minutes, not the machine's speed.
    expect(Date.now() - startedAt).toBeLessThan(20 * TIMEOUT_MS);
    await expect(Promise.all([publish(), publish()])).rejects.toMatchObject(failed);

    await proxy.restore();
    await expect(publish()).resolves.toEqual(expect.any(String));

    await publisher.close();
    await proxy.cut();
    await provisioned.remove();
  });
});
