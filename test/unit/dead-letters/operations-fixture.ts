import { decodeMessage } from '../../../shared/audience/message.ts';
import type { DeadLetter } from '../../../shared/dead-letters/dead-letter.ts';
import type { DeadLetterOperations } from '../../../shared/dead-letters/dead-letter-operations.ts';
import type { SessionLimits } from '../../../shared/dead-letters/dead-letter-store.ts';
import type { DeadMembers } from '../../../shared/dead-letters/dead-members.ts';
import { createEmbeddedDeadLetterStore } from '../../../shared/dead-letters/embedded-dead-letter-store.ts';
import { createEmbeddedDeadMembers } from '../../../shared/dead-letters/embedded-dead-members.ts';
import { createDeadLetterOperations } from '../../../shared/dead-letters/operations.ts';
import { createEmbeddedQueue } from '../../../shared/queue/embedded-queue.ts';
import { at, published } from './sample-letters.ts';

export interface OperationsFixture {
  readonly operations: DeadLetterOperations;
  readonly deadMembers: DeadMembers;
  /** Puts letters into the store; resolves with their ids. */
  readonly give: (...letters: readonly DeadLetter[]) => Promise<string[]>;
  /** The ids of the letters in the store, the oldest operation first. */
  readonly left: () => Promise<string[]>;
  /** What is in the queue, as `operation:user` or the kind of the message, one array a message. */
  readonly queued: () => string[][];
}

export interface FixtureOptions {
  readonly limits?: SessionLimits;
  /** Publishes beyond this many fail. */
  readonly publishes?: number;
}

/** The operations on embedded parts, at noon of the samples' day. */
export function operationsFixture(options: FixtureOptions = {}): OperationsFixture {
  const { limits, publishes = Infinity } = options;
  const now = () => at('12:00:00');
  const store = createEmbeddedDeadLetterStore(limits === undefined ? {} : { limits });
  const deadMembers = createEmbeddedDeadMembers(() => new Date(now()));
  const queue = createEmbeddedQueue();
  const queued: string[][] = [];
  const operations = createDeadLetterOperations({
    store,
    publisher: {
      publish: async (message) => {
        if (queued.length >= publishes) await queue.close();
        const id = await queue.publish(message);
        queued.push(textsOf(message.data));
        return id;
      },
      close: () => queue.close(),
    },
    deadMembers,
    sharding: { shards: 1, memberId: 'external_user_id' },
    destination: 'pangolin',
    now,
  });
  return {
    operations,
    deadMembers,
    give: (...letters) =>
      Promise.all(letters.map((deadLetter) => store.publish(published(deadLetter)))),
    left: async () => {
      const session = await store.open();
      await session.close();
      return session.letters.map(({ id }) => id);
    },
    queued: () => queued,
  };
}

function textsOf(data: Uint8Array): string[] {
  const message = decodeMessage(data);
  if (message.kind !== 'mutations') return [message.kind];
  return message.mutations.map(
    ({ operation, externalUserId }) => `${operation}:${externalUserId ?? ''}`,
  );
}
