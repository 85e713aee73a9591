import { sleep } from '../sleep.ts';
import type { CallVerdict } from './call-verdict.ts';

/** How slowly calls go to a third party that finds them too many. */
export interface Pace {
  /** What each call waits before it begins; 0 while nobody complains. */
  gapMs(): number;
  /** Waits for it. */
  wait(): Promise<void>;
  /** Learns from an answer. */
  learn(verdict: CallVerdict): void;
}

const FIRST_GAP_MS = 100;
const LONGEST_GAP_MS = 10_000;
/** Below it the gap is gone. */
const SHORTEST_GAP_MS = FIRST_GAP_MS / 2;
/**
 * Slower than it grew, since a rate that is too high shows by its complaints only; fast enough that
 * complaints which have nothing to do with the rate, at one call in seven, do not add up.
 */
const SHRINKING = 0.7;

/**
 * Finds a rate that the third party bears, by what it answers: each complaint without a time to wait
 * (429 without `Retry-After`) doubles the gap before a call, each call that is taken shrinks it.
 */
export function createPace(): Pace {
  let gapMs = 0;

  return {
    gapMs: () => gapMs,
    wait: async () => {
      if (gapMs > 0) await sleep(gapMs);
    },
    learn: (verdict) => {
      if (verdict.kind === 'failed' && verdict.tooFast === true) {
        if (verdict.retryAfterMs !== undefined) return;
        gapMs = Math.min(LONGEST_GAP_MS, Math.max(FIRST_GAP_MS, 2 * gapMs));
      }
      if (verdict.kind === 'answered') {
        gapMs *= SHRINKING;
        if (gapMs < SHORTEST_GAP_MS) gapMs = 0;
      }
    },
  };
}
