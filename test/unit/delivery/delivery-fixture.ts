import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import type { AudienceMap } from '../../../shared/audience-map/audience-map.ts';
import type {
  CreateAudienceMessage,
  Message,
  MessageMutation,
  MutationsMessage,
} from '../../../shared/audience/message.ts';
import { decodeMessage } from '../../../shared/audience/message.ts';
import { outgoingMessage } from '../../../shared/audience/outgoing-message.ts';
import { createDelivery } from '../../../shared/delivery/delivery.ts';
import type { DeadLetter } from '../../../shared/delivery/dead-letter.ts';
import type { DeliveryDependencies } from '../../../shared/delivery/dependencies.ts';
import { createLogger } from '../../../shared/logger.ts';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import type { Delivery, Settlement } from '../../../shared/queue/queue.ts';
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
  readonly lines: Line[];
  /** Delivers a message published just now, or the same delivery again. */
  readonly deliver: (message: Message | Delivery) => Promise<Settlement>;
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
export function deliveryFixture(overrides: Overrides = {}): DeliveryFixture {
  const clock = { time: Date.parse('2026-11-02T12:00:00Z') };
  const audienceMap =
    overrides.audienceMap ?? createEmbeddedAudienceMap(() => new Date(clock.time));
  const lines: Line[] = [];
  const queue = createEmbeddedQueue();
  const published: DeadLetter[] = [];
  queue.subscribe(({ data }) => {
    published.push(JSON.parse(Buffer.from(data).toString('utf8')) as DeadLetter);
    return Promise.resolve('ack');
  });
  const deliver = createDelivery({
    destination: recordingDestination(),
    deadLetters: queue,
    memberId: 'external_user_id',
    retryWindowMs: RETRY_WINDOW_MS,
    leaseMs: LEASE_MS,
    retryBriefly: (call) => call(),
    ...overrides,
    audienceMap,
    log: createLogger('debug', { write: (line) => lines.push(JSON.parse(line) as Line) }),
    now: () => clock.time,
  });

  return {
    clock,
    audienceMap,
    lines,
    deliver: (message) =>
      deliver(
        'data' in message ? message : deliveryOf(message, new Date(clock.time)),
        overrides.gone ?? new AbortController().signal,
      ),
    deadLetters: async () => {
      await queue.idle();
      return published;
    },
    makeReady: async () => {
      const audience = { id: AUDIENCE, name: 'Test audience' };
      const claim = await audienceMap.claim({ audience, requestId: 'r-0', leaseMs: LEASE_MS });
      if (claim.claimed) await audienceMap.settleReady(claim.lease, SEGMENT);
    },
  };
}

/** A message as the queue delivers it. */
export function deliveryOf(message: Message, publishTime: Date): Delivery {
  const { data, attributes } = outgoingMessage(message, { requestId: requestIdOf(message) });
  return { data, attributes, messageId: 'm-1', publishTime, deliveryAttempt: 1 };
}

function requestIdOf(message: Message): string {
  return message.kind === 'create-audience' ? message.requestId : 'r-1';
}

export function createOf(
  requestId = 'r-1',
  audience = { id: AUDIENCE, name: 'Test audience' },
): CreateAudienceMessage {
  return { version: 1, kind: 'create-audience', requestId, audience };
}

export function mutationsOf(...mutations: MessageMutation[]): MutationsMessage {
  return { version: 1, kind: 'mutations', audience: AUDIENCE, mutations };
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
