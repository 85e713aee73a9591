import PQueue from 'p-queue';
import type { DestinationCapabilities } from '../destinations/destination.ts';
import type { CallVerdict } from './call-verdict.ts';
import { createPace } from './pace.ts';

export interface TurnOptions {
  /** The higher, the sooner. */
  readonly priority: number;
  /** While it is so, no call goes out: then there is nothing to wait for. */
  readonly isPaused: () => boolean;
}

/** Gives each call its turn, so that a destination's limits are kept. */
export interface Turns {
  /** Begins when a call may be under way, it has let the gap pass, and the rate allows one more. */
  take<Ended>(begin: () => Promise<Ended>, options: TurnOptions): Promise<Ended>;
  /** How long one would wait for its turn now. */
  backlogMs(): number;
  /** Learns from an answer whether calls come too fast. */
  learn(verdict: CallVerdict): void;
}

export function createTurns({ maxConcurrentCalls, maxCallRate }: DestinationCapabilities): Turns {
  const turns = new PQueue({ concurrency: maxConcurrentCalls });
  // Behind the gap, which changes: what waited longer must not begin together with what waited less.
  const rate =
    maxCallRate &&
    new PQueue({ interval: maxCallRate.perMs, intervalCap: maxCallRate.calls, strict: true });
  const msPerCall = maxCallRate === undefined ? 0 : maxCallRate.perMs / maxCallRate.calls;
  const pace = createPace();

  return {
    take: (begin, { priority, isPaused }) =>
      turns.add(
        async () => {
          if (isPaused()) return begin();
          await pace.wait();
          return rate === undefined ? begin() : rate.add(begin, { priority });
        },
        { priority },
      ),
    backlogMs: () => {
      const gap = pace.gapMs() / maxConcurrentCalls;
      return (turns.size + (rate?.size ?? 0)) * Math.max(gap, msPerCall);
    },
    learn: (verdict) => {
      pace.learn(verdict);
    },
  };
}
