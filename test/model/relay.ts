import { createGroupCommit } from '../../functions/intake/group-commit.ts';
import { createAudience } from '../../functions/intake/create-audience.ts';
import { mutateAudience } from '../../functions/intake/mutate-audience.ts';
import type { Mutation } from '../../shared/audience/audience.ts';
import type { Sharding } from '../../shared/audience/shard.ts';
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import { createEmbeddedDeadLetterStore } from '../../shared/dead-letters/embedded-dead-letter-store.ts';
import { createEmbeddedDeadMembers } from '../../shared/dead-letters/embedded-dead-members.ts';
import { createDeadLetterOperations } from '../../shared/dead-letters/operations.ts';
import { createDrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import { createEmbeddedCrashStore } from '../../shared/delivery/embedded-crash-store.ts';
import type { Destination } from '../../shared/destinations/destination.ts';
import { createHttpDestination } from '../../shared/destinations/http/http-destination.ts';
import { parseDescription } from '../../shared/destinations/http/description/parse-description.ts';
import pangolin from '../../shared/destinations/http/platforms/pangolin.json' with { type: 'json' };
import { PlatformError } from '../../shared/errors.ts';
import { createLogger } from '../../shared/logger.ts';
import { createEmbeddedQueue } from '../../shared/queue/embedded-queue.ts';
import { createPusher } from '../../shared/queue/push-from-consumer.ts';
import type { Publisher } from '../../shared/queue/queue.ts';
import { routeByKind } from '../../shared/queue/route-by-kind.ts';
import { createPlatform } from '../pangolin/platform.ts';
import { cappedConsumer } from '../setup/capped-consumer.ts';
import { pangolinFetch, type Network } from './pangolin-fetch.ts';
import { createProcesses } from './processes.ts';

export interface RelaySettings {
  readonly shards: number;
  readonly maxMembersPerCall: number;
  readonly maxSegmentsPerCall: number;
  readonly messagesOfAKey: number;
  readonly failurePausesMs: readonly number[] | undefined;
  readonly readyAfterMs: number | undefined;
  readonly random: () => number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Short leases, so that schedules outlast them. */
const LEASE_MS = 2_000;
const EXTEND_EVERY_MS = 700;
const CALL_TIMEOUT_MS = 500;
const SWEEP_MS = 1_000;

/** The relay without sockets: intake below HTTP, the embedded parts, and Pangolin. */
export function createRelay(settings: RelaySettings) {
  const sharding: Sharding = { shards: settings.shards, memberId: 'external_user_id' };
  const log = createLogger('silent');
  const platform = createPlatform(settings.random);
  const network: Network = { refusesUs: false, failsOver: new Set() };
  const queue = createEmbeddedQueue({ publishRoundTripMs: 20 });
  const audienceMap = createEmbeddedAudienceMap(() => new Date());
  const deadLetters = createEmbeddedDeadLetterStore();
  const deadMembers = createEmbeddedDeadMembers();
  const description = parseDescription(
    {
      ...pangolin,
      limits: {
        ...pangolin.limits,
        membersPerCall: settings.maxMembersPerCall,
        segmentsPerCall: settings.maxSegmentsPerCall,
      },
    },
    'pangolin.json',
  );

  const outage = { queueIsDown: false };
  const control = createEmbeddedQueue({ publishRoundTripMs: 20 });
  const routed = routeByKind({ mutations: queue, control });
  const publisher: Publisher = {
    ...routed,
    publish: (message) =>
      outage.queueIsDown
        ? Promise.reject(new PlatformError('QUEUE_UNAVAILABLE', 'The queue is down.'))
        : routed.publish(message),
  };

  const createDestination = (connection: { fetch: typeof fetch }): Destination => {
    const destination = createHttpDestination(description, {
      credentials: () => Promise.resolve('pangolin:pangolin'),
      ...connection,
    });
    const { failurePausesMs, readyAfterMs } = settings;
    const capabilities = {
      ...destination.capabilities,
      callTimeoutMs: CALL_TIMEOUT_MS,
      failurePausesMs,
      readyAfterMs,
    };
    return { ...destination, capabilities };
  };

  const subscription = queue.subscribe(({ messageId, orderingKey = messageId }) => {
    forward.wake({ messageId, key: orderingKey });
  });
  const pushed = control.subscribe(() => {
    forward.wake();
  });
  const crashStore = createEmbeddedCrashStore();
  /** A new process of forward; what it depends on is out of its reach once it has crashed. */
  const forward = createProcesses(({ alive, reachable }) => {
    const delivery = createDrainedDelivery(
      {
        destination: createDestination(alive({ fetch: pangolinFetch(platform, network) })),
        audienceMap: alive(audienceMap),
        deadLetters: alive<Publisher>(deadLetters),
        deadMembers: alive(deadMembers),
        memberId: sharding.memberId,
        unknownAudience: 'wait',
        retryWindowMs: DAY_MS,
        leaseMs: 30_000,
        log,
      },
      {
        consumer: alive(
          reachable(cappedConsumer(subscription.createConsumer(LEASE_MS), settings.messagesOfAKey)),
        ),
        crashStore: alive(crashStore),
        maxBytes: 1_000_000,
        extendEveryMs: EXTEND_EVERY_MS,
      },
    );
    const pusher = createPusher({
      consumer: alive(reachable(pushed.createConsumer(LEASE_MS))),
      push: (message, key) => delivery.push(message, key, NEVER_GONE),
      onFailed: () => undefined,
    });
    return { delivery, pusher };
  });
  const sweep = setInterval(() => {
    forward.wake();
  }, SWEEP_MS);

  const groupCommit = createGroupCommit(publisher);
  const intake = {
    publisher,
    groupCommit,
    audienceMap,
    log,
    settings: {
      maxBodyBytes: 1_000_000,
      maxPendingBytes: 1_000_000,
      sharding,
      publishTimeoutMs: 900,
      createTimeoutMs: 2_500,
      returnSegmentId: false,
    },
    hmacSecret: NO_SECRET,
    basicAuth: undefined,
  };
  let requests = 0;
  const correlation = () => ({ requestId: `r-${(requests += 1)}` });

  return {
    platform,
    network,
    outage,
    /** Messages that are not acknowledged yet. */
    pending: () => queue.pending() + control.pending(),
    forward,
    create: (id: string) => createAudience({ id, name: `Audience ${id}` }, correlation(), intake),
    mutate: (mutations: readonly Mutation[]) =>
      mutateAudience({ bodyBytes: 0, mutations, rejected: [] }, correlation(), intake),
    deadLetters: createDeadLetterOperations({
      store: deadLetters,
      publisher,
      deadMembers,
      sharding,
      destination: description.id,
    }),
    close: async () => {
      clearInterval(sweep);
      await forward.stop();
      await publisher.close();
    },
  };
}

export type Relay = ReturnType<typeof createRelay>;

const NEVER_GONE = new AbortController().signal;
const NO_SECRET = { current: () => Promise.resolve([]), refresh: () => Promise.resolve([]) };
