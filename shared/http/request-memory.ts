import { PlatformError } from '../errors.ts';

/** What the requests under way may hold in memory, of one instance. */
export interface RequestMemory {
  /** The part of one request; release it once that is answered. */
  reserve(): Reservation;
}

export interface Reservation {
  /**
   * Takes `bytes` more.
   * @throws PlatformError OVERLOADED (retryable) when the others leave no room for them. A request that is
   *   alone is never refused: else it never could be served.
   */
  take(bytes: number): void;
  release(): void;
}

export function createRequestMemory(maxBytes: number): RequestMemory {
  let held = 0;
  return {
    reserve: () => {
      let own = 0;
      return {
        take: (bytes) => {
          if (held > own && held + bytes > maxBytes) {
            const text = 'This instance holds as many requests as MAX_PENDING_BYTES allows.';
            throw new PlatformError('OVERLOADED', text);
          }
          own += bytes;
          held += bytes;
        },
        release: () => {
          held -= own;
          own = 0;
        },
      };
    },
  };
}
