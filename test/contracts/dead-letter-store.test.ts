import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { DeadLetterStore } from '../../shared/dead-letters/dead-letter-store.ts';
import { createEmbeddedDeadLetterStore } from '../../shared/dead-letters/embedded-dead-letter-store.ts';
import { createPubSubDeadLetterStore } from '../../shared/dead-letters/pubsub-dead-letter-store.ts';
import { PlatformError } from '../../shared/errors.ts';
import { provision as provisionTopics } from '../../shared/queue/pubsub-provision.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { eventually } from '../setup/eventually.ts';
import {
  proxyEmulator,
  pubsubEmulatorHost,
  withPubSubEmulatorAt,
} from '../setup/emulator-proxy.ts';
import { letter, published } from '../unit/dead-letters/sample-letters.ts';
import { deadLetterStoreContract } from './dead-letter-store.contract.ts';

const unavailable = { code: 'QUEUE_UNAVAILABLE', retryable: true };
const rejectionOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('embedded dead letters', () => {
  deadLetterStoreContract((limits) => {
    const store = createEmbeddedDeadLetterStore(limits === undefined ? {} : { limits });
    return Promise.resolve({ publisher: store, store: () => store, close: () => store.close() });
  });

  test('what does not fit is refused, until something is removed', async () => {
    const message = published(letter('10:00:00', ['add:a']));
    const store = createEmbeddedDeadLetterStore({ maxBytes: 2 * message.data.length });
    await store.publish(message);
    await store.publish(message);
    const refusal = await rejectionOf(store.publish(message));
    expect(refusal).toBeInstanceOf(PlatformError);
    expect(refusal).toMatchObject(unavailable);

    const session = await store.open();
    expect(session.letters).toHaveLength(2);
    await session.remove(session.letters.slice(0, 1).map(({ id }) => id));
    await session.close();
    await store.publish(message);
    expect((await store.open()).letters).toHaveLength(2);
  });

  test('when it is closed it takes no more', async () => {
    const store = createEmbeddedDeadLetterStore();
    await store.close();
    const late = store.publish(published(letter('10:00:00', [])));
    expect(await rejectionOf(late)).toMatchObject(unavailable);
  });
});

describeWithEmulators('dead letters on Pub/Sub', () => {
  const projectId = 'dead-letters-contract';
  const quietMs = 400;

  async function provision() {
    const subscription = `t-${randomUUID()}`;
    const provisioned = await provisionTopics({
      projectId,
      topic: `${subscription}-main`,
      controlTopic: `${subscription}-control`,
      deadLetterTopic: subscription,
    });
    const publisher = createPubSubPublisher({
      projectId,
      topic: subscription,
      timeoutMs: 5_000,
      emulatorHost: pubsubEmulatorHost(),
    });
    const stores: DeadLetterStore[] = [];
    return {
      publisher,
      store: (limits?: Parameters<typeof createPubSubDeadLetterStore>[0]['limits']) => {
        const options = { projectId, subscription, quietMs, callTimeoutMs: 2_000 };
        const store = createPubSubDeadLetterStore(limits ? { ...options, limits } : options);
        stores.push(store);
        return store;
      },
      close: async () => {
        await Promise.all([publisher, ...stores].map((client) => client.close()));
        await provisioned.remove();
      },
    };
  }

  deadLetterStoreContract(provision);

  test('a session holds its letters for longer than the deadline of 10 s', async () => {
    const fixture = await provision();
    await fixture.publisher.publish(published(letter('10:00:00', ['add:a'])));
    const first = await fixture.store().open();
    expect(first.letters).toHaveLength(1);
    await sleep(13_000);
    const second = await fixture.store().open();
    expect(second.letters).toEqual([]);
    await Promise.all([first.close(), second.close()]);
    await fixture.close();
  });

  test('a subscription that does not exist is told, with what to check', async () => {
    const store = createPubSubDeadLetterStore({ projectId, subscription: 'nobody', quietMs });
    const failure = await rejectionOf(store.open());
    expect(failure).toBeInstanceOf(PlatformError);
    expect(failure).toMatchObject({
      ...unavailable,
      message: expect.stringContaining('DEAD_LETTER_SUBSCRIPTION'),
    });
    await store.close();
  });

  test('without a connection there are not "no dead letters", and nothing passes for removed', async () => {
    const fixture = await provision();
    await fixture.publisher.publish(published(letter('10:00:00', ['add:a'])));
    const proxy = await proxyEmulator(pubsubEmulatorHost());
    const store = withPubSubEmulatorAt(proxy.host, () => fixture.store());
    const session = await store.open();
    expect(session.letters).toHaveLength(1);
    await proxy.cut();
    const ids = session.letters.map(({ id }) => id);
    expect(await rejectionOf(session.remove(ids))).toMatchObject(unavailable);
    expect(await rejectionOf(store.open())).toMatchObject(unavailable);

    await proxy.restore();
    await session.close();
    // It comes back when the lease ends, if not at once.
    await eventually(async () => {
      const again = await fixture.store().open();
      await again.close();
      expect(again.letters).toEqual(session.letters);
    });
    await fixture.close();
    await proxy.cut();
  });
});
