import type { BatchResult } from '../destinations/destination.ts';
import { DestinationError } from '../errors.ts';

/** What a call says of the third party as a whole. */
export type CallVerdict =
  /** It is there: it took the call, or refused what was in it. */
  | { readonly kind: 'answered' }
  | {
      readonly kind: 'failed';
      readonly retryAfterMs?: number | undefined;
      /** It finds that we call too often, and does not say how long to wait. */
      readonly tooFast?: boolean | undefined;
    }
  /** It refuses us, whatever we send. */
  | { readonly kind: 'fault'; readonly status: number };

export interface Verdict<Value> {
  readonly value: Value;
  readonly verdict: CallVerdict;
}

/** Why no call may go out now, in words without a name. */
export interface Pause {
  readonly reason: string;
  /** How long it still lasts. */
  readonly remainingMs: number;
  /** Whether a delivery waits for its end; else it goes back to the queue. */
  readonly waitOut: boolean;
}

export const ANSWERED: CallVerdict = { kind: 'answered' };

/** What came of a batch, as a verdict. */
export function verdictOf(result: BatchResult): CallVerdict {
  switch (result.kind) {
    case 'outcomes':
    case 'refused-whole':
      return ANSWERED;
    case 'retry':
      return { kind: 'failed', retryAfterMs: result.retryAfterMs, tooFast: result.tooFast };
    case 'fault':
      return { kind: 'fault', status: result.status };
  }
}

/**
 * What the failure of a creation says.
 * @throws the error itself when it is none of the third party's
 */
export function verdictOfError(error: unknown): CallVerdict {
  if (!(error instanceof DestinationError)) throw error;
  if (error.code === 'DESTINATION_UNAVAILABLE') {
    return { kind: 'failed', retryAfterMs: error.retryAfterMs };
  }
  // Elsewhere DESTINATION_MISCONFIGURED is about the one call: a wrong path must not stop the others.
  const { fault, status } = error.details;
  return fault === true ? { kind: 'fault', status: Number(status) } : ANSWERED;
}
