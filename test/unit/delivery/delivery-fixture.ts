import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import type { AudienceMap } from '../../../shared/audience-map/audience-map.ts';
import type {
  CreateAudienceMessage,
  Message,
  MessageMutation,
  MutationsMessage,
} from '../../../shared/audience/message.ts';
import { decodeMessage } from '../../../shared/audience/message.ts';
import { decodeDeadLetter, type DeadLetter } from '../../../shared/dead-letters/dead-letter.ts';
import type { DeadMembers } from '../../../shared/dead-letters/dead-members.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import { createKeyBatchDelivery } from '../../../shared/delivery/deliver-key-batch.ts';
import type { DeliverKeyBatch, KeyBatchResult } from '../../../shared/delivery/key-batch.ts';
import { createDelivery } from '../../../shared/delivery/delivery.ts';
import type { DeliveryDependencies } from '../../../shared/delivery/dependencies.ts';
import { createLogger, type Logger } from '../../../shared/logger.ts';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import type { Delivery, Settlement } from '../../../shared/queue/queue.ts';
import { encodeAnyMessage } from '../../setup/encode-any-message.ts';
import { recordingDestination } from './recording-destination.ts';

export const AUDIENCE = 'a5940e473cea659.356693871497425011';
export const SEGMENT = '12345';
export const RETRY_WINDOW_MS = 6 * 60 * 60 * 1000;
export const LEASE_MS = 30_000;

/** A line of the log. */
export type Line = Readonly<Record<string, unknown>>;

export interface DeliveryFixture {
  /** A clock that stands still until it is moved, in milliseconds. */
  readonly clock: { time: number };
  readonly audienceMap: AudienceMap;
  readonly deadMembers: DeadMembers;
  /** The log, but for its lines about single calls. */
  readonly lines: Line[];
  /** Its lines about single calls. */
  readonly callLines: Line[];
  readonly log: Logger;
  /**
   * Delivers a message published just now, or the same delivery again. `waits`: it is a creation that is
   * acknowledged, and waits in the audience map.
   */
  readonly deliver: (message: Message | Delivery) => Promise<Settlement | 'waits'>;
  /** Delivers messages of one ordering key together. */
  readonly deliverBatch: DeliverKeyBatch;
  /** What reached the dead-letter topic. */
  readonly deadLetters: () => Promise<DeadLetter[]>;
  /** Puts the audience into the map as ready. */
  readonly makeReady: () => Promise<void>;
}

type Overrides = Partial<Omit<DeliveryDependencies, 'log' | 'now'>> & {
  /** Aborted when the queue waits no more. */
  readonly gone?: AbortSignal;
};

/** A delivery on embedded parts. */
export function deliveryFixture({
  gone = new AbortController().signal,
  ...overrides
}: Overrides = {}): DeliveryFixture {
  const clock = { time: Date.parse('2026-11-02T12:00:00Z') };
  const audienceMap =
    overrides.audienceMap ?? createEmbeddedAudienceMap(() => new Date(clock.time));
  const deadMembers =
    overrides.deadMembers ?? createEmbeddedDeadMembers(() => new Date(clock.time));
  const lines: Line[] = [];
  const callLines: Line[] = [];
  const write = (text: string) => {
    const line = JSON.parse(text) as Line;
    (line['event'] === 'destination_called' ? callLines : lines).push(line);
  };
  const queue = createEmbeddedQueue();
  const published: DeadLetter[] = [];
  queue.subscribe(({ data }) => published.push(decodeDeadLetter(data)));
  const log = createLogger('debug', { write });
  const dependencies: DeliveryDependencies = {
    destination: recordingDestination(),
    deadLetters: queue,
    memberId: 'external_user_id',
    unknownAudience: 'wait',
    retryWindowMs: RETRY_WINDOW_MS,
    leaseMs: LEASE_MS,
    retryBriefly: (call) => call(),
    ...overrides,
    audienceMap,
    deadMembers,
    log,
    now: () => clock.time,
  };
  const deliverBatch = createKeyBatchDelivery(dependencies);

  return {
    clock,
    audienceMap,
    deadMembers,
    lines,
    callLines,
    log,
    deliver: async (message) => {
      const one = 'data' in message ? message : deliveryOf(message, new Date(clock.time));
      const seen: KeyBatchResult[] = [];
      const deliver = createDelivery(async (...batch) => {
        const result = await deliverBatch(...batch);
        seen.push(result);
        return result;
      });
      const settlement = await deliver(one, gone);
      return seen[0]?.postponed === undefined ? settlement : 'waits';
    },
    deliverBatch,
    deadLetters: () => Promise.resolve(published),
    makeReady: async () => {
      const audience = { id: AUDIENCE, name: 'Test audience' };
      const claim = await audienceMap.claim({ audience, requestId: 'r-0', leaseMs: LEASE_MS });
      if (claim.claimed) await audienceMap.settleReady(claim.lease, SEGMENT);
    },
  };
}

/** A message as the queue delivers it; that of a replay with the time of the original operation. */
export function deliveryOf(message: Message, publishTime: Date, operatedAt?: number): Delivery {
  const attributes = {
    ...attributesOf(message),
    ...(operatedAt === undefined ? {} : { operatedAt: String(operatedAt) }),
  };
  const data = encodeAnyMessage(message);
  return { data, attributes, messageId: 'm-1', publishTime, deliveryAttempt: 1 };
}

function attributesOf(message: Message): Record<string, string> {
  const { kind } = message;
  switch (kind) {
    case 'create-audience':
      return { kind, requestId: message.requestId, audience: message.audience.id, members: '0' };
    case 'mutations': {
      const { audience, mutations, requests } = message;
      const members = String(mutations.length);
      return { kind, requestId: requests[0] ?? 'r-1', audience, members };
    }
    case 'rejected-entries':
      return { kind, requestId: 'r-1', members: String(message.entries.length) };
  }
}

export function createOf(
  requestId = 'r-1',
  audience = { id: AUDIENCE, name: 'Test audience' },
): CreateAudienceMessage {
  return { kind: 'create-audience', requestId, audience };
}

export function mutationsOf(...mutations: MessageMutation[]): MutationsMessage {
  return { kind: 'mutations', audience: AUDIENCE, requests: [], mutations };
}

export function add(...users: string[]): MessageMutation[] {
  return users.map((externalUserId) => ({ operation: 'add', externalUserId }));
}

export function remove(...users: string[]): MessageMutation[] {
  return users.map((externalUserId) => ({ operation: 'remove', externalUserId }));
}

/** `user-0`, `user-1`, … */
export function usersUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user-${index}`);
}

/** The message a dead letter brings back when it is replayed. */
export function originalOf({ original }: DeadLetter): Message {
  return decodeMessage(Buffer.from(original, 'base64'));
}
