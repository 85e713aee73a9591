import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel';
import type { CallVerdict, Pause, Verdict } from './call-verdict.ts';

export interface FailureBreakerSettings {
  /** Failed calls in a row after which the third party is left alone. */
  readonly failuresToOpen?: number | undefined;
  /** What the destination declares; then each failure is followed by a pause. */
  readonly failurePausesMs?: readonly number[] | undefined;
  /** Told when calls are left off. */
  readonly onPause?: ((reason: string, pauseMs: number) => void) | undefined;
}

/** Leaves the third party alone when calls fail; after each pause one call probes whether it is back. */
export interface FailureBreaker {
  /** Undefined while calls may go out. */
  paused(): Pause | undefined;
  /** Whether the next call is the one that probes. */
  probesNext(): boolean;
  run<Value>(
    call: () => Promise<Verdict<Value>>,
  ): Promise<
    { readonly kind: 'made'; readonly value: Value } | ({ readonly kind: 'paused' } & Pause)
  >;
}

/**
 * Members that the third party fails over must be found before: that takes five tries of a batch, and two
 * calls for each time that 1,000 members are halved, before the first part of it is taken.
 */
const FAILURES_TO_OPEN = 30;
const FIRST_OPEN_MS = 1_000;
const LONGEST_OPEN_MS = 60_000;
/**
 * What a delivery waits out: the queue waits 600 s for it, and given back to begin anew, a message of
 * many single calls would not come to its end at one failure in a hundred.
 */
const LONGEST_WAITED_OUT_MS = 40_000;

/**
 * By default calls must fail one after the other many times, and the pause is exponential with full
 * jitter. Where the third party says how long it wants to be left alone after each failure, that is kept
 * to the millisecond.
 */
export function createFailureBreaker(settings: FailureBreakerSettings): FailureBreaker {
  const { failuresToOpen = FAILURES_TO_OPEN, failurePausesMs: declared, onPause } = settings;
  const reason =
    declared === undefined
      ? 'the third party failed too often in a row'
      : 'the third party failed, and is to be left alone then';
  let openUntil = 0;
  let openings = 0;

  const breaker = circuitBreaker(
    handleWhenResult((result) => (result as Ended<unknown>).failed),
    {
      breaker: new ConsecutiveBreaker(declared === undefined ? failuresToOpen : 1),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => {
        const pauseMs = declared === undefined ? jittered(attempt) : nth(declared, attempt);
        openings += 1;
        openUntil = Date.now() + pauseMs;
        onPause?.(reason, pauseMs);
        return pauseMs;
      }),
    },
  );

  function isFailure(verdict: CallVerdict, begunAt: number): boolean {
    if (verdict.kind !== 'failed') return false;
    if (declared === undefined) return true;
    // What was under way already when another call failed tells of the same failure.
    const isNews = begunAt === openings;
    // It is there, and says what it wants instead.
    const isBusy = verdict.tooFast === true || verdict.retryAfterMs !== undefined;
    return isNews && !isBusy;
  }

  function pauseNow(): Pause {
    const remainingMs = Math.max(0, openUntil - Date.now());
    const waitOut = declared !== undefined && remainingMs <= LONGEST_WAITED_OUT_MS;
    return { reason, remainingMs, waitOut };
  }

  return {
    paused: () =>
      breaker.state === CircuitState.Open && Date.now() < openUntil ? pauseNow() : undefined,
    probesNext: () => breaker.state === CircuitState.Open,
    run: async <Value>(call: () => Promise<Verdict<Value>>) => {
      const begunAt = openings;
      try {
        const { value } = await breaker.execute(async (): Promise<Ended<Value>> => {
          const result = await call();
          return { value: result.value, failed: isFailure(result.verdict, begunAt) };
        });
        return { kind: 'made', value };
      } catch (error) {
        if (isBrokenCircuitError(error)) return { kind: 'paused', ...pauseNow() };
        throw error;
      }
    },
  };
}

interface Ended<Value> {
  readonly value: Value;
  readonly failed: boolean;
}

function jittered(attempt: number): number {
  const ceiling = Math.min(LONGEST_OPEN_MS, FIRST_OPEN_MS * 2 ** (attempt - 1));
  return Math.ceil(Math.random() * ceiling);
}

/** The n-th of the pauses; the last one repeats. */
function nth(pausesMs: readonly number[], attempt: number): number {
  return pausesMs[attempt - 1] ?? pausesMs.at(-1) ?? 0;
}
