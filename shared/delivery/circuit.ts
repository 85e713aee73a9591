import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel';

/** What a call says of the third party as a whole. */
export type CallVerdict =
  /** It is there: it took the call, or refused what was in it. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly retryAfterMs?: number | undefined }
  /** It refuses us, whatever we send. */
  | { readonly kind: 'fault'; readonly status: number };

export interface Verdict<Value> {
  readonly value: Value;
  readonly verdict: CallVerdict;
}

/** Why no call may go out now, in words without a name. */
export interface Pause {
  readonly reason: string;
}

export type Guarded<Value> =
  | { readonly kind: 'made'; readonly value: Value }
  | ({ readonly kind: 'paused' } & Pause)
  /** Another call probes whether the third party is back; this one may go out once that has ended. */
  | { readonly kind: 'probing'; readonly probe: Promise<void> };

export interface Circuit {
  /** Undefined while calls may go out. */
  paused(): Pause | undefined;
  /** Makes a call, if one may go out now, and takes note of what it says of the third party. */
  guard<Value>(call: () => Promise<Verdict<Value>>): Promise<Guarded<Value>>;
  /** Calls that were answered so far. */
  answered(): number;
}

export interface CircuitSettings {
  /** Failed calls in a row after which the third party is left alone. */
  readonly failuresToOpen?: number;
  /** How long a fault keeps us from calling again. */
  readonly faultPauseMs?: number;
  /** Told of every fault; `isNew`: calls were taken before it. */
  readonly onFault?: (status: number, isNew: boolean) => void;
  /** Told when calls are taken again, after a fault. */
  readonly onRecovery?: () => void;
  /** Told when the third party is left alone for another reason than a fault. */
  readonly onPause?: (reason: string, pauseMs: number) => void;
}

/**
 * Members that the third party fails over must be found before: that takes five tries of a batch, and two
 * calls for each time that 1,000 members are halved, before the first part of it is taken.
 */
const FAILURES_TO_OPEN = 30;
const FAULT_PAUSE_MS = 30_000;
const FIRST_OPEN_MS = 1_000;
const LONGEST_OPEN_MS = 60_000;
const BROKEN: Pause = { reason: 'the third party failed too often in a row' };
/** What the third party asks us to wait longer than this pauses all calls; less, only the one. */
export const LONGEST_BRIEF_PAUSE_MS = 3_000;

/**
 * Decides whether the third party may be called. It is left alone after a fault, for as long as a
 * longer `Retry-After` asks, and, when calls fail one after the other, for an exponential time with
 * full jitter, after which one call probes whether it is back.
 */
export function createCircuit(settings: CircuitSettings = {}): Circuit {
  const { failuresToOpen = FAILURES_TO_OPEN, faultPauseMs = FAULT_PAUSE_MS } = settings;
  let pause = { until: 0, reason: '' };
  let openUntil = 0;
  let faulty = false;
  let answered = 0;
  let probe: Promise<void> | undefined;

  const breaker = circuitBreaker(
    handleWhenResult((result) => (result as Verdict<unknown>).verdict.kind === 'failed'),
    {
      breaker: new ConsecutiveBreaker(failuresToOpen),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => {
        const ceiling = Math.min(LONGEST_OPEN_MS, FIRST_OPEN_MS * 2 ** (attempt - 1));
        const pauseMs = Math.ceil(Math.random() * ceiling);
        openUntil = Date.now() + pauseMs;
        settings.onPause?.(BROKEN.reason, pauseMs);
        return pauseMs;
      }),
    },
  );

  const pauseFor = (pauseMs: number, reason: string): void => {
    pause = { until: Math.max(pause.until, Date.now() + pauseMs), reason };
  };

  function weigh(verdict: CallVerdict): void {
    switch (verdict.kind) {
      case 'answered':
        answered += 1;
        // An answer to a call that was under way already is no recovery.
        if (!faulty || Date.now() < pause.until) return;
        settings.onRecovery?.();
        faulty = false;
        return;
      case 'failed': {
        const { retryAfterMs = 0 } = verdict;
        if (retryAfterMs <= LONGEST_BRIEF_PAUSE_MS) return;
        pauseFor(retryAfterMs, 'the third party asks for a pause (Retry-After)');
        settings.onPause?.(pause.reason, retryAfterMs);
        return;
      }
      case 'fault':
        pauseFor(faultPauseMs, `the third party refuses us (${verdict.status})`);
        settings.onFault?.(verdict.status, !faulty);
        faulty = true;
    }
  }

  const paused = (): Pause | undefined => {
    if (Date.now() < pause.until) return { reason: pause.reason };
    return breaker.state === CircuitState.Open && Date.now() < openUntil ? BROKEN : undefined;
  };

  async function make<Value>(call: () => Promise<Verdict<Value>>): Promise<Guarded<Value>> {
    try {
      const { value } = await breaker.execute(async () => {
        const result = await call();
        weigh(result.verdict);
        return result;
      });
      return { kind: 'made', value };
    } catch (error) {
      if (isBrokenCircuitError(error)) return { kind: 'paused', ...BROKEN };
      throw error;
    }
  }

  return {
    paused,
    answered: () => answered,
    guard: async (call) => {
      const now = paused();
      if (now !== undefined) return { kind: 'paused', ...now };
      if (probe !== undefined) return { kind: 'probing', probe };
      const probes = breaker.state === CircuitState.Open;
      const made = make(call);
      if (probes) {
        const ended = () => {
          probe = undefined;
        };
        probe = made.then(ended, ended);
      }
      return made;
    },
  };
}
