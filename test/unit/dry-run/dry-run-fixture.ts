import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import type { Message } from '../../../shared/audience/message.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import { createKeyBatchDelivery } from '../../../shared/delivery/deliver-key-batch.ts';
import { createDelivery } from '../../../shared/delivery/delivery.ts';
import type { DeliveryDependencies } from '../../../shared/delivery/dependencies.ts';
import type { Destination } from '../../../shared/destinations/destination.ts';
import { dryRun } from '../../../shared/dry-run/dry-run.ts';
import { createLogger } from '../../../shared/logger.ts';
import { encodeAnyMessage } from '../../setup/encode-any-message.ts';

export const NOW = Date.parse('2026-11-02T12:00:00Z');
export const AUDIENCE = 'a.1';

/** A line of the log. */
export type Line = Readonly<Record<string, unknown>>;

/** A destination that must not be called. */
export function untouchable(overrides: Partial<Destination> = {}): Destination {
  const refuse = () => Promise.reject(new Error('the third party was called'));
  return {
    id: 'untouchable',
    capabilities: {
      segments: 'created',
      creationIdempotentBy: 'none',
      removal: 'native',
      reports: 'each',
      maxMembersPerCall: 10,
      maxSegmentsPerCall: 1,
      callTimeoutMs: 10_000,
      maxConcurrentCalls: 4,
      oneCallPerSegment: false,
    },
    createSegment: refuse,
    findSegment: refuse,
    apply: refuse,
    ...overrides,
  };
}

/** A delivery in a dry run, on embedded parts that tell what was written. */
export function dryRunFixture(destination: Destination = untouchable()) {
  const lines: Line[] = [];
  const write = (text: string) => void lines.push(JSON.parse(text) as Line);
  const closed: string[] = [];
  const closing = (part: string) => () => {
    closed.push(part);
    return Promise.resolve();
  };
  const published: unknown[] = [];
  const real: DeliveryDependencies = {
    destination: { ...destination, close: closing('destination') },
    audienceMap: { ...createEmbeddedAudienceMap(), close: closing('audience map') },
    deadMembers: { ...createEmbeddedDeadMembers(() => new Date(NOW)), close: closing('members') },
    deadLetters: {
      publish: (message) => Promise.resolve(String(published.push(message))),
      close: closing('dead letters'),
    },
    memberId: 'external_user_id',
    unknownAudience: 'wait',
    retryWindowMs: 60_000,
    leaseMs: 30_000,
    retryBriefly: (call) => call(),
    log: createLogger('info', { write }),
    now: () => NOW,
  };
  const dry = dryRun(real, createEmbeddedAudienceMap());
  const subscriber = createDelivery(createKeyBatchDelivery(dry));

  return {
    real,
    dry,
    lines,
    closed,
    /** Dead letters. */
    published,
    deliver: (message: Message | string, attributes: Readonly<Record<string, string>> = {}) =>
      subscriber(
        {
          data: typeof message === 'string' ? Buffer.from(message) : encodeAnyMessage(message),
          attributes: { audience: AUDIENCE, requestId: 'r-1', ...attributes },
          messageId: 'm-1',
          publishTime: new Date(attributes['age'] === undefined ? NOW : NOW - 61_000),
        },
        new AbortController().signal,
      ),
  };
}

/** A message of so many adds and removes, of different users. */
export function mutations(
  counts: { adds: number; removes?: number },
  audience = AUDIENCE,
): Extract<Message, { kind: 'mutations' }> {
  const users = (operation: 'add' | 'remove', count: number) =>
    Array.from({ length: count }, (_, index) => ({
      operation,
      externalUserId: `${operation}-${index}`,
    }));
  return {
    kind: 'mutations',
    audience,
    requests: ['r-1'],
    mutations: [...users('add', counts.adds), ...users('remove', counts.removes ?? 0)],
  };
}
