import { randomUUID } from 'node:crypto';
import { PlatformError } from '../errors.ts';
import type { Publisher } from '../queue/queue.ts';
import { SESSION_LIMITS, type DeadLetterStore, type SessionLimits } from './dead-letter-store.ts';
import { createGathering } from './gathering.ts';

export interface EmbeddedDeadLetterStoreOptions {
  /** Bytes of dead letters it holds; what is published beyond them is refused. */
  readonly maxBytes?: number;
  readonly limits?: SessionLimits;
}

/** Dead letters in the memory of the process: forward publishes into it. */
export interface EmbeddedDeadLetterStore extends DeadLetterStore, Publisher {}

export function createEmbeddedDeadLetterStore(
  options: EmbeddedDeadLetterStoreOptions = {},
): EmbeddedDeadLetterStore {
  const { maxBytes = 100_000_000, limits = SESSION_LIMITS } = options;
  const stored = new Map<string, Uint8Array>();
  /** Ids that a session holds. */
  const held = new Set<string>();
  let bytes = 0;
  let closed = false;

  const remove = (id: string): void => {
    bytes -= stored.get(id)?.length ?? 0;
    stored.delete(id);
  };

  return {
    publish: ({ data }) => {
      if (closed) return refuse('The embedded dead letters are closed: the process is stopping.');
      if (bytes + data.length > maxBytes) {
        const text = 'The embedded dead letters are full: replay or purge some of them.';
        return refuse(text);
      }
      const id = randomUUID();
      stored.set(id, data);
      bytes += data.length;
      return Promise.resolve(id);
    },
    open: () => {
      const gathering = createGathering(limits);
      const ours = new Set<string>();
      for (const [id, data] of stored) {
        if (!held.has(id) && gathering.add(id, data)) ours.add(id);
        if (gathering.full()) break;
      }
      for (const id of ours) held.add(id);
      return Promise.resolve({
        ...gathering.result(),
        remove: (ids) => {
          for (const id of ids) if (ours.has(id)) remove(id);
          return Promise.resolve();
        },
        close: () => {
          for (const id of ours) held.delete(id);
          ours.clear();
          return Promise.resolve();
        },
      });
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
}

function refuse(text: string): Promise<never> {
  return Promise.reject(new PlatformError('QUEUE_UNAVAILABLE', text));
}
