import { randomUUID } from 'node:crypto';
import { PubSub } from '@google-cloud/pubsub';
import { afterEach, expect, test } from '@jest/globals';
import { createForwardHandler } from '../../functions/forward/handler.ts';
import { createWakeHost } from '../../functions/forward/wake-host.ts';
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import {
  encodeIds,
  encodeMessage,
  encodeMutations,
  type MutationsMessage,
} from '../../shared/audience/message.ts';
import { createEmbeddedDeadMembers } from '../../shared/dead-letters/embedded-dead-members.ts';
import { createDrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import { createEmbeddedCrashStore } from '../../shared/delivery/embedded-crash-store.ts';
import { trackRequests } from '../../shared/http/drain.ts';
import { listenLocally } from '../../shared/http/listen.ts';
import { createLogger } from '../../shared/logger.ts';
import { createEmbeddedQueue } from '../../shared/queue/embedded-queue.ts';
import { createPubSubConsumer } from '../../shared/queue/pubsub-consumer.ts';
import { createPubSubPublisher } from '../../shared/queue/pubsub-queue.ts';
import type { OutgoingMessage } from '../../shared/queue/queue.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { encodeVersion1 } from '../setup/encode-any-message.ts';
import { pubsubEmulatorHost } from '../setup/emulator-proxy.ts';
import { eventually } from '../setup/eventually.ts';
import { recordingDestination } from '../unit/delivery/recording-destination.ts';

const PROJECT = 'upgrade';
const AUDIENCE = 'a.1';
const LEASE_MS = 15_000;

/** What the version before publishes: all on one topic, two shards an audience, several operations a message. */
const old = {
  creation: (): OutgoingMessage => ({
    data: encodeMessage({
      kind: 'create-audience',
      requestId: 'r-1',
      audience: { id: AUDIENCE, name: 'Test audience' },
    }),
    attributes: { kind: 'create-audience', audience: AUDIENCE, members: '0', requestId: 'r-1' },
    orderingKey: `create:${AUDIENCE}`,
  }),
  rejectedEntries: (): OutgoingMessage => ({
    data: encodeMessage({
      kind: 'rejected-entries',
      entries: [{ reason: 'no id', operation: 'add', entry: '{}' }],
    }),
    attributes: { kind: 'rejected-entries', members: '1' },
  }),
  mutations: (shard: number, mutations: MutationsMessage['mutations']): OutgoingMessage => ({
    data: encodeVersion1({ kind: 'mutations', audience: AUDIENCE, requests: ['r-2'], mutations }),
    attributes: { kind: 'mutations', audience: AUDIENCE, members: String(mutations.length) },
    orderingKey: `mutate:${AUDIENCE}:${shard}`,
  }),
};

/** What this version publishes. */
function mutations(operation: 'add' | 'remove', users: readonly string[]): OutgoingMessage {
  const ids = encodeIds(users.map((externalUserId) => ({ externalUserId })));
  return {
    data: encodeMutations({ audience: AUDIENCE, operation, requests: ['r-3'] }, [ids]),
    attributes: {
      kind: 'mutations',
      audience: AUDIENCE,
      members: String(users.length),
      version: '2',
    },
    orderingKey: `mutate:${AUDIENCE}:0`,
  };
}

const add = (externalUserId: string) => ({ operation: 'add', externalUserId }) as const;

describeWithEmulators('An upgrade in flight loses nothing', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** A topic with the subscription of the version before, which pushes to this version's forward. */
  async function setUp() {
    const name = `t-${randomUUID()}`;
    const emulatorHost = pubsubEmulatorHost();
    const platform = { isDown: false };
    const destination = recordingDestination({
      apply: ({ members }) =>
        platform.isDown
          ? { kind: 'retry', reason: 'answered 503', serverError: true }
          : { kind: 'outcomes', outcomes: members.map(() => ({ status: 'delivered' })) },
    });
    const members = () => {
      const users = new Set<string>();
      for (const { operation, members: ofBatch } of destination.batches) {
        for (const { user } of ofBatch) {
          if (operation === 'add') users.add(user);
          else users.delete(user);
        }
      }
      return [...users].toSorted();
    };
    const deadLetters = createEmbeddedQueue();
    deadLetters.subscribe();
    const subscription = `${name}-forward`;
    const consumer = createPubSubConsumer({
      projectId: PROJECT,
      subscription,
      leaseMs: LEASE_MS,
      emulatorHost,
    });
    const log = createLogger('silent');
    const forward = createDrainedDelivery(
      {
        destination,
        audienceMap: createEmbeddedAudienceMap(),
        deadLetters,
        deadMembers: createEmbeddedDeadMembers(),
        memberId: 'external_user_id',
        unknownAudience: 'wait',
        retryWindowMs: 60 * 60 * 1_000,
        leaseMs: 30_000,
        retryBriefly: (call) => call(),
        circuit: { failuresToOpen: 1_000_000 },
        log,
      },
      { consumer, crashStore: createEmbeddedCrashStore(), maxBytes: 10_000_000 },
    );
    const host = createWakeHost(forward);
    const handler = createForwardHandler({
      host,
      push: (delivery, key, gone) => forward.push(delivery, key, gone),
      wakeSubscription: `${name}-wake`,
      log,
      maxPendingBytes: 10_000_000,
    });
    const { server, url } = await listenLocally(handler, 0);
    const endRequests = trackRequests(server);
    const publisher = createPubSubPublisher({
      projectId: PROJECT,
      topic: name,
      timeoutMs: 60_000,
      emulatorHost,
    });

    const pubsub = new PubSub({ projectId: PROJECT });
    const [topic] = await pubsub.createTopic(name);
    const [pushed] = await topic.createSubscription(subscription, {
      enableMessageOrdering: true,
      ackDeadlineSeconds: 600,
      pushConfig: { pushEndpoint: url },
    });
    const created = [pushed];
    /** What the next `apply` does: the subscription is changed in place, the wake is new. */
    const upgrade = async () => {
      await pushed.modifyPushConfig({});
      const [wake] = await topic.createSubscription(`${name}-wake`, {
        ackDeadlineSeconds: 600,
        pushConfig: { pushEndpoint: url },
      });
      created.push(wake);
    };
    const sweep = () => fetch(url, { method: 'POST' }).catch(() => undefined);
    cleanups.push(async () => {
      await host.stop(500);
      await Promise.all(created.map((one) => one.delete()));
      await topic.delete();
      await pubsub.close();
      await Promise.all([publisher.close(), consumer.close(), endRequests(1_000)]);
    });
    const publish = (message: OutgoingMessage) => publisher.publish(message);
    return { publish, upgrade, sweep, members, platform, destination, deadLetters };
  }

  test('what the subscription of the version before still pushes is delivered', async () => {
    const { publish, members, destination, deadLetters } = await setUp();
    await publish(old.creation());
    await publish(old.mutations(0, [add('one'), { operation: 'remove', externalUserId: 'two' }]));
    await publish(old.rejectedEntries());
    await eventually(() => {
      expect(destination.requests).toHaveLength(1);
      expect(members()).toEqual(['one']);
      expect(deadLetters.pending()).toBe(1);
    });
  });

  test('what waits when the subscription is changed is pulled: creations, shards, rejected entries', async () => {
    const { publish, upgrade, sweep, members, platform, deadLetters } = await setUp();
    platform.isDown = true;
    await publish(old.creation());
    for (const shard of [0, 1]) await publish(old.mutations(shard, [add(`of-shard-${shard}`)]));
    await upgrade();
    await publish(old.rejectedEntries());
    await publish(mutations('add', ['new']));
    platform.isDown = false;
    await eventually(async () => {
      void sweep();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(members()).toEqual(['new', 'of-shard-0', 'of-shard-1']);
      expect(deadLetters.pending()).toBe(1);
    });
  });

  test('a removal of this version comes after the add that the version before put into another shard', async () => {
    const { publish, upgrade, sweep, members, platform, destination } = await setUp();
    platform.isDown = true;
    await publish(old.creation());
    await publish(old.mutations(1, [add('leaves'), add('stays')]));
    await eventually(() => {
      expect(destination.batches.length).toBeGreaterThan(0);
    });
    await upgrade();
    await publish(mutations('remove', ['leaves']));
    platform.isDown = false;
    destination.batches.length = 0;
    await eventually(async () => {
      void sweep();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(destination.batches.map(({ operation }) => operation)).toContain('remove');
      expect(members()).toEqual(['stays']);
    });
  });
});
