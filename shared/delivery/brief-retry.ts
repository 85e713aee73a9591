import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { DestinationError } from '../errors.ts';
import { LONGEST_BRIEF_PAUSE_MS } from './circuit.ts';
import type { PoliteResult } from './polite-destination.ts';

/** Tries after the first; together they wait about 0.8 s on average, and 1.5 s at most. */
const BRIEF_RETRIES = 4;
const FIRST_CEILING_MS = 100;

/** Repeats a call to the third party that failed for a moment. */
export type RetryBriefly = <Value>(call: () => Promise<Value>) => Promise<Value>;

/**
 * Short faults are retried within the delivery: given back to the queue, a message begins anew, and at a
 * few per cent of failing calls a message of many calls would hardly ever come to its end. Waits are
 * exponential with full jitter, and at least what the third party asks for (`Retry-After`).
 */
export function createBriefRetry(retries = BRIEF_RETRIES): RetryBriefly {
  const policy = retry(
    handleWhen((error) => passesSoon(pauseAfterError(error))).orWhenResult((result) =>
      passesSoon(pauseAfterResult(result)),
    ),
    {
      maxAttempts: retries,
      backoff: new DelegateBackoff(({ attempt, result }) => {
        const asked =
          'error' in result ? pauseAfterError(result.error) : pauseAfterResult(result.value);
        const ceiling = FIRST_CEILING_MS * 2 ** (attempt - 1);
        return (asked ?? 0) + Math.random() * ceiling;
      }),
    },
  );
  return (call) => policy.execute(call);
}

function passesSoon(pauseMs: number | undefined): boolean {
  return pauseMs !== undefined && pauseMs <= LONGEST_BRIEF_PAUSE_MS;
}

/** How long the third party wants us to wait, 0 when it does not say; undefined: no use in trying. */
function pauseAfterResult(value: unknown): number | undefined {
  const result = value as PoliteResult;
  if (result.kind === 'retry') return result.retryAfterMs ?? 0;
  const wantsSomeLater =
    result.kind === 'outcomes' && result.outcomes.some(({ status }) => status === 'retry');
  return wantsSomeLater ? 0 : undefined;
}

function pauseAfterError(error: unknown): number | undefined {
  const unavailable = error instanceof DestinationError && error.code === 'DESTINATION_UNAVAILABLE';
  return unavailable ? (error.retryAfterMs ?? 0) : undefined;
}
