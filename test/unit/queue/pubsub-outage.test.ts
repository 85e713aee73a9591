import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { provision } from '../../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../../shared/queue/pubsub-queue.ts';
import { describeWithEmulators } from '../../setup/describe-with-emulators.ts';
import { proxyEmulator, pubsubEmulatorHost } from '../../setup/emulator-proxy.ts';

/** Long enough for a busy machine. */
const TIMEOUT_MS = 1_500;

describeWithEmulators('Pub/Sub is down', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  test('a publish fails within its time, and the next one of the key works once it is back', async () => {
    const topic = `t-${randomUUID()}`;
    const names = { topic, controlTopic: `${topic}-control`, deadLetterTopic: `${topic}-dead` };
    const provisioned = await provision({ projectId: 'outage', ...names });
    cleanups.push(() => provisioned.remove());
    const proxy = await proxyEmulator(pubsubEmulatorHost());
    cleanups.push(() => proxy.cut());
    const publisher = createPubSubPublisher({
      projectId: 'outage',
      topic,
      timeoutMs: TIMEOUT_MS,
      emulatorHost: proxy.host,
    });
    cleanups.push(() => publisher.close());
    const publish = () =>
      publisher.publish({ data: Buffer.from('x'), attributes: {}, orderingKey: 'a.1' });
    await publish();

    await proxy.cut();
    const failed = { code: 'QUEUE_UNAVAILABLE', retryable: true };
    await expect(publish()).rejects.toMatchObject(failed);
    await expect(Promise.all([publish(), publish()])).rejects.toMatchObject(failed);

    await proxy.restore();
    await expect(publish()).resolves.toEqual(expect.any(String));
  });
});
