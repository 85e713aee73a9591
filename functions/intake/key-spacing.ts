import type { Spacing } from '../../shared/queue/queue.ts';

/** Requests gathered in one interval that make the next one as long as it gets. */
const LONGEST_AT_REQUESTS = 20;

/** The times at which one ordering key may be published. */
export interface KeySpacing {
  /** Notes a publish that begins now and carries parts of so many requests. */
  begin(requests: number): void;
  /** Milliseconds until the next publish may begin; 0: at once. */
  waitMs(): number;
  /** Milliseconds until the key is at rest, as if nothing had been published. */
  restMs(): number;
}

/**
 * Spaces a busy key: one whose last interval held more than one request. The first two requests after
 * a rest go at once; from then on requests wait for the end of an interval, and go together.
 */
export function createKeySpacing({ minMs, maxMs }: Spacing, now: () => number): KeySpacing {
  let begunAt = -Infinity;
  let nextAt = -Infinity;
  let before = 0;

  return {
    begin: (requests) => {
      const time = now();
      const held = requests + (time - begunAt < minMs ? before : 0);
      begunAt = time;
      before = requests;
      nextAt = held > 1 ? time + intervalMs(held) : time;
    },
    waitMs: () => Math.max(0, nextAt - now()),
    restMs: () => Math.max(0, Math.max(nextAt, begunAt + minMs) - now()),
  };

  /** Grows with what was gathered: a key with many requests gets few messages. */
  function intervalMs(requests: number): number {
    const growth = Math.min(1, (requests - 2) / (LONGEST_AT_REQUESTS - 2));
    return minMs + growth * (maxMs - minMs);
  }
}
