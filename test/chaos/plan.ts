import type { Operation } from '../../shared/audience/audience.ts';
import type { ChaosOptions } from './options.ts';
import { createRandom } from './random.ts';

/** A request of the DMP: some users join or leave an audience. */
export interface PlannedRequest {
  readonly audience: string;
  readonly operation: Operation;
  /** All different. */
  readonly users: readonly string[];
}

export interface Plan {
  readonly audiences: readonly string[];
  readonly connections: number;
  /** What a connection sends, one request after the other. */
  requestsOf(connection: number): Iterable<PlannedRequest>;
}

const CONNECTIONS = 50;
/** The DMP's micro-batches, today. */
const USERS_PER_REQUEST = 100;
const USERS_PER_CONNECTION = 300;
/** Requests that undo the one before, as soon as that is answered: it is still in the queue then. */
const COMING_BACK = 0.5;
const ADDS = 0.7;

/**
 * Who joins and leaves when: the same for the same options. Every connection has users of its own, so that
 * a user is never in two requests at once, and what must become of them is determined.
 */
export function createPlan(options: Pick<ChaosOptions, 'mutations' | 'seed' | 'audiences'>): Plan {
  const audiences = Array.from({ length: options.audiences }, (_, index) => `chaos.${index}`);
  const requests = Math.ceil(options.mutations / USERS_PER_REQUEST);
  const connections = Math.min(CONNECTIONS, requests);

  return {
    audiences,
    connections,
    *requestsOf(connection) {
      const random = createRandom(options.seed * 1_000 + connection);
      const below = (count: number) => Math.floor(random() * count);
      const users = Array.from(
        { length: USERS_PER_CONNECTION },
        (_, index) => `user-${connection}-${index}`,
      );
      let previous: PlannedRequest | undefined;
      for (let index = connection; index < requests; index += connections) {
        const size = Math.min(USERS_PER_REQUEST, options.mutations - index * USERS_PER_REQUEST);
        if (previous !== undefined && random() < COMING_BACK) {
          const operation = previous.operation === 'add' ? 'remove' : 'add';
          previous = { ...previous, operation, users: previous.users.slice(0, size) };
        } else {
          const start = below(users.length);
          previous = {
            audience: audiences[below(audiences.length)] ?? '',
            operation: random() < ADDS ? 'add' : 'remove',
            users: [...users.slice(start), ...users.slice(0, start)].slice(0, size),
          };
        }
        yield previous;
      }
    },
  };
}
