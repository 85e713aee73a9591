import PQueue from 'p-queue';
import type {
  BatchResult,
  CreatedSegment,
  Destination,
  MicroBatch,
  SegmentRequest,
} from '../destinations/destination.ts';
import { DestinationError } from '../errors.ts';
import {
  createCircuit,
  type CallVerdict,
  type CircuitSettings,
  type Guarded,
  type Pause,
  type Verdict,
} from './circuit.ts';

/** `paused`: nothing was called; give the delivery back to the queue. */
export type PoliteResult = BatchResult | ({ readonly kind: 'paused' } & Pause);

/** A destination whose every call keeps its limits, and is not made while it must be left alone. */
export interface PoliteDestination {
  readonly id: string;
  readonly capabilities: Destination['capabilities'];
  readonly memberBytes: Destination['memberBytes'];
  /** Whether a segment that is there already can be looked up. */
  readonly findsSegments: boolean;
  /** Undefined while calls may go out. */
  paused(): Pause | undefined;
  /** Calls that were answered so far: proof that the third party is there. */
  answered(): number;
  /** How long a call would wait for its turn, by the rate limit. */
  backlogMs(): number;
  apply(batch: MicroBatch): Promise<PoliteResult>;
  /**
   * Looks the segment up where that is possible, else creates it.
   * @param mayBegin throws when a call may not begin any more, after it waited for its turn
   * @throws DestinationError as {@link Destination} says, or DESTINATION_PAUSED (retryable).
   */
  obtainSegment(request: SegmentRequest, mayBegin?: () => void): Promise<CreatedSegment>;
}

/** Keeps a destination's rate and concurrency limits, and leaves it alone when it asks for that. */
export function createPoliteDestination(
  destination: Destination,
  settings: CircuitSettings = {},
): PoliteDestination {
  const { maxConcurrentCalls, maxCallRate } = destination.capabilities;
  const turns = new PQueue({
    concurrency: maxConcurrentCalls,
    ...(maxCallRate === undefined
      ? {}
      : { interval: maxCallRate.perMs, intervalCap: maxCallRate.calls, strict: true }),
  });
  const circuit = createCircuit(settings);

  /** What must wait for another call waits without a turn: the limits are about calls under way. */
  async function guarded<Value>(
    call: () => Promise<Verdict<Value>>,
    { priority = 1, mayBegin }: { priority?: number; mayBegin?: () => void } = {},
  ): Promise<Exclude<Guarded<Value>, { kind: 'probing' }>> {
    for (;;) {
      const ended = await turns.add(
        () => {
          mayBegin?.();
          return circuit.guard(call);
        },
        { priority },
      );
      if (ended.kind !== 'probing') return ended;
      await ended.probe;
    }
  }

  /** A creation's failure is its value here: the circuit must not take a refusal for an outage. */
  async function creation<Value>(call: () => Promise<Value>, mayBegin: () => void): Promise<Value> {
    const ended = await guarded(
      async (): Promise<Verdict<Settled<Value>>> => {
        try {
          return { value: { value: await call() }, verdict: ANSWERED };
        } catch (error) {
          return { value: { error }, verdict: verdictOfError(error) };
        }
      },
      { priority: 0, mayBegin },
    );
    if (ended.kind === 'paused') {
      const text = `No segment can be created now: ${ended.reason}`;
      throw new DestinationError('DESTINATION_PAUSED', text, { retryable: true });
    }
    if ('error' in ended.value) throw ended.value.error;
    return ended.value.value;
  }

  return {
    id: destination.id,
    capabilities: destination.capabilities,
    findsSegments: destination.findSegment !== undefined,
    memberBytes: destination.memberBytes?.bind(destination),
    paused: () => circuit.paused(),
    answered: () => circuit.answered(),
    backlogMs: () =>
      maxCallRate === undefined ? 0 : (turns.size / maxCallRate.calls) * maxCallRate.perMs,
    apply: async (batch) => {
      const result = await guarded(async () => {
        const value = await destination.apply(batch);
        return { value, verdict: verdictOf(value) };
      });
      return result.kind === 'made' ? result.value : result;
    },
    obtainSegment: async (request, mayBegin = () => undefined) => {
      if (destination.findSegment !== undefined) {
        const found = await creation(async () => destination.findSegment?.(request), mayBegin);
        if (found !== undefined) return { segment: found, created: false };
      }
      return creation(() => destination.createSegment(request), mayBegin);
    },
  };
}

type Settled<Value> = { readonly value: Value } | { readonly error: unknown };

const ANSWERED: CallVerdict = { kind: 'answered' };

function verdictOf(result: BatchResult): CallVerdict {
  switch (result.kind) {
    case 'outcomes':
    case 'refused-whole':
      return ANSWERED;
    case 'retry':
      return { kind: 'failed', retryAfterMs: result.retryAfterMs };
    case 'fault':
      return { kind: 'fault', status: result.status };
  }
}

function verdictOfError(error: unknown): CallVerdict {
  if (!(error instanceof DestinationError)) throw error;
  if (error.code === 'DESTINATION_UNAVAILABLE') {
    return { kind: 'failed', retryAfterMs: error.retryAfterMs };
  }
  // Elsewhere DESTINATION_MISCONFIGURED is about the one call: a wrong path must not stop the others.
  const { fault, status } = error.details;
  return fault === true ? { kind: 'fault', status: Number(status) } : ANSWERED;
}
