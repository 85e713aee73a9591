import { sleep } from '../../sleep.ts';

/** How time passes for a file drop; tests bring a faster one. */
export interface Timing {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Ends after `ms`, or as soon as `signal` is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}

export const systemTiming: Timing = { now: () => Date.now(), sleep };
