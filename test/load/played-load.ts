/** Plays a load on a drain in fake time, and counts what is paid for: log lines, and calls to Firestore. */
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import { encodeAnyMessage } from '../setup/encode-any-message.ts';
import { createEmbeddedDeadMembers } from '../../shared/dead-letters/embedded-dead-members.ts';
import { leaseFor } from '../../shared/delivery/drain.ts';
import { createDrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import { createEmbeddedCrashStore } from '../../shared/delivery/embedded-crash-store.ts';
import { createLogger } from '../../shared/logger.ts';
import { createEmbeddedQueue } from '../../shared/queue/embedded-queue.ts';
import { add, mutationsOf } from '../unit/delivery/delivery-fixture.ts';
import { pass, passUntilSettled } from '../unit/delivery/fake-time.ts';
import { timedDestination } from '../unit/delivery/timed-destination.ts';

export interface Load {
  readonly audiences: number;
  /** True: nobody creates them. */
  readonly areUnknown?: boolean;
  /** The requests are of the audiences in turn. */
  readonly requestEveryMs: number;
  readonly membersPerRequest: number;
  readonly seconds: number;
  /** Duration of a call. */
  readonly platformMs: number;
}

export interface Counted {
  readonly mutations: number;
  /** By event. */
  readonly lines: Record<string, { count: number; bytes: number }>;
  readonly warnings: number;
  /** Calls for a record of dead members, answered by the store or from memory. */
  readonly finds: number;
  readonly mapReads: number;
  readonly crashReads: number;
}

const SWEEP_MS = 60_000;
const NAME = '01234567-89ab-cdef-0123-456789abcdef';

export async function playLoad(load: Load): Promise<Counted> {
  const counted = { mutations: 0, warnings: 0, finds: 0, mapReads: 0, crashReads: 0 };
  const lines: Counted['lines'] = {};
  const write = (text: string) => {
    const { event, severity } = JSON.parse(text) as { event: string; severity: string };
    const known = (lines[event] ??= { count: 0, bytes: 0 });
    known.count += 1;
    known.bytes += Buffer.byteLength(text);
    if (severity === 'WARNING') counted.warnings += 1;
  };
  const audienceMap = createEmbeddedAudienceMap(() => new Date());
  const deadMembers = createEmbeddedDeadMembers();
  const crashStore = createEmbeddedCrashStore();
  const queue = createEmbeddedQueue();
  const capabilities = { maxConcurrentCalls: 16 };
  const { destination } = timedDestination(load.platformMs, { capabilities });
  const ids = Array.from({ length: load.audiences }, (_, index) => `a5940e473cea659.${index}`);
  for (const id of load.areUnknown === true ? [] : ids) {
    const claim = await audienceMap.claim({
      audience: { id, name: id },
      requestId: 'r',
      leaseMs: 1,
    });
    if (claim.claimed) await audienceMap.settleReady(claim.lease, `segment of ${id}`);
  }
  const drain = createDrainedDelivery(
    {
      destination,
      audienceMap: {
        ...audienceMap,
        find: (id) => {
          counted.mapReads += 1;
          return audienceMap.find(id);
        },
      },
      deadMembers: {
        ...deadMembers,
        find: (id) => {
          counted.finds += 1;
          return deadMembers.find(id);
        },
      },
      deadLetters: createEmbeddedQueue(),
      memberId: 'external_user_id',
      unknownAudience: 'wait',
      retryWindowMs: 6 * 60 * 60 * 1_000,
      leaseMs: 30_000,
      log: createLogger('info', { write }),
    },
    {
      consumer: queue.subscribe().createConsumer(leaseFor(destination.capabilities.callTimeoutMs)),
      crashStore: {
        ...crashStore,
        read: () => {
          counted.crashReads += 1;
          return crashStore.read();
        },
      },
      maxBytes: 100_000_000,
    },
  );

  let sweptAt = Date.now();
  const requests = Math.round((load.seconds * 1_000) / load.requestEveryMs);
  for (let request = 0; request < requests; request += 1) {
    const audience = ids[request % ids.length] ?? '';
    const users = Array.from({ length: load.membersPerRequest }, (_, user) => `${request}-${user}`);
    const requestId = `${NAME}-${request}`;
    const key = `mutate:${audience}:0`;
    const messageId = await queue.publish({
      data: encodeAnyMessage({ ...mutationsOf(...add(...users)), audience, requests: [requestId] }),
      attributes: { kind: 'mutations', audience, members: `${users.length}`, requestId },
      orderingKey: key,
    });
    counted.mutations += users.length;
    void drain.look({ messageId, key });
    if (Date.now() - sweptAt >= SWEEP_MS) {
      void drain.look();
      sweptAt = Date.now();
    }
    await pass(load.requestEveryMs, Math.min(load.requestEveryMs, 1_000));
  }
  if (load.areUnknown !== true) await passUntilSettled(drain.look());
  await passUntilSettled(drain.stop(10_000));
  return { ...counted, lines };
}
