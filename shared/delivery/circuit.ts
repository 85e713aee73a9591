import type { CallVerdict, Pause, Verdict } from './call-verdict.ts';
import { createFailureBreaker, type FailureBreakerSettings } from './failure-breaker.ts';

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

export interface CircuitSettings extends FailureBreakerSettings {
  /** How long a fault keeps us from calling again. */
  readonly faultPauseMs?: number;
  /** Told of every fault; `isNew`: calls were taken before it. */
  readonly onFault?: (status: number, isNew: boolean) => void;
  /** Told when calls are taken again, after a fault. */
  readonly onRecovery?: () => void;
  /** Called when a call is answered, the first one after any pause. */
  readonly onResumed?: (() => void) | undefined;
}

const FAULT_PAUSE_MS = 30_000;
/** What the third party asks us to wait longer than this pauses all calls; less, only the one. */
export const LONGEST_BRIEF_PAUSE_MS = 3_000;

/**
 * Decides whether the third party may be called. It is left alone after a fault, for as long as a
 * longer `Retry-After` asks, and when calls fail, as {@link createFailureBreaker} says.
 */
export function createCircuit(settings: CircuitSettings = {}): Circuit {
  const { faultPauseMs = FAULT_PAUSE_MS } = settings;
  const breaker = createFailureBreaker({
    ...settings,
    onPause: (reason, pauseMs) => {
      wasPaused = true;
      settings.onPause?.(reason, pauseMs);
    },
  });
  let pause = { until: 0, reason: '' };
  let faulty = false;
  let answered = 0;
  let wasPaused = false;
  let probe: Promise<void> | undefined;

  const pauseFor = (pauseMs: number, reason: string): void => {
    pause = { until: Math.max(pause.until, Date.now() + pauseMs), reason };
    wasPaused = true;
  };

  function weigh(verdict: CallVerdict): void {
    switch (verdict.kind) {
      case 'answered':
        answered += 1;
        if (wasPaused && paused() === undefined) {
          wasPaused = false;
          settings.onResumed?.();
        }
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
    const remainingMs = pause.until - Date.now();
    if (remainingMs > 0) return { reason: pause.reason, remainingMs, waitOut: false };
    return breaker.paused();
  };

  const make = <Value>(call: () => Promise<Verdict<Value>>): Promise<Guarded<Value>> =>
    breaker.run(async () => {
      const result = await call();
      weigh(result.verdict);
      return result;
    });

  return {
    paused,
    answered: () => answered,
    guard: async (call) => {
      const now = paused();
      if (now !== undefined) return { kind: 'paused', ...now };
      if (probe !== undefined) return { kind: 'probing', probe };
      const probes = breaker.probesNext();
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
