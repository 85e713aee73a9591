import type {
  BatchResult,
  CreatedSegment,
  Destination,
  MicroBatch,
  SegmentRequest,
} from '../destinations/destination.ts';
import { DestinationError } from '../errors.ts';
import { ANSWERED, verdictOf, verdictOfError, type Pause, type Verdict } from './call-verdict.ts';
import { createCircuit, type CircuitSettings, type Guarded } from './circuit.ts';
import { createTurns } from './turns.ts';

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
  /** How long a call would wait for its turn, by the rate that is kept. */
  backlogMs(): number;
  /**
   * @param batchOf gives the batch when the call begins, after it waited for its turn; undefined when
   *   nobody is left to send: then it is not made
   */
  apply(batchOf: () => MicroBatch | undefined): Promise<PoliteResult>;
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
  const { capabilities } = destination;
  const turns = createTurns(capabilities);
  const circuit = createCircuit({ ...settings, failurePausesMs: capabilities.failurePausesMs });
  const isPaused = () => circuit.paused() !== undefined;

  /** What must wait for another call waits without a turn: the limits are about calls under way. */
  async function inTurn<Value>(
    begin: () => Promise<Guarded<Value>>,
    priority: number,
  ): Promise<Exclude<Guarded<Value>, { kind: 'probing' }>> {
    for (;;) {
      const ended = await turns.take(begin, { priority, isPaused });
      if (ended.kind !== 'probing') return ended;
      await ended.probe;
    }
  }

  const guarded = <Value>(call: () => Promise<Verdict<Value>>): Promise<Guarded<Value>> =>
    circuit.guard(async () => {
      const result = await call();
      turns.learn(result.verdict);
      return result;
    });

  /** A creation's failure is its value here: the circuit must not take a refusal for an outage. */
  async function creation<Value>(call: () => Promise<Value>, mayBegin: () => void): Promise<Value> {
    const settled = async (): Promise<Verdict<Settled<Value>>> => {
      try {
        return { value: { value: await call() }, verdict: ANSWERED };
      } catch (error) {
        return { value: { error }, verdict: verdictOfError(error) };
      }
    };
    const ended = await inTurn(async () => {
      mayBegin();
      return guarded(settled);
    }, CREATION_PRIORITY);
    if (ended.kind === 'paused') {
      const text = `No segment can be created now: ${ended.reason}`;
      throw new DestinationError('DESTINATION_PAUSED', text, { retryable: true });
    }
    if ('error' in ended.value) throw ended.value.error;
    return ended.value.value;
  }

  return {
    id: destination.id,
    capabilities,
    findsSegments: destination.findSegment !== undefined,
    memberBytes: destination.memberBytes?.bind(destination),
    paused: () => circuit.paused(),
    answered: () => circuit.answered(),
    backlogMs: () => turns.backlogMs(),
    apply: async (batchOf) => {
      const result = await inTurn<BatchResult>(async () => {
        const batch = batchOf();
        if (batch === undefined) return NOBODY;
        return guarded(async () => {
          const value = await destination.apply(batch);
          return { value, verdict: verdictOf(value) };
        });
      }, MEMBERS_PRIORITY);
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

/** A person waits for a creation, so it takes the next call that may be made. */
const CREATION_PRIORITY = 1;
const MEMBERS_PRIORITY = 0;

type Settled<Value> = { readonly value: Value } | { readonly error: unknown };

const NOBODY = {
  kind: 'paused',
  reason: 'its lease does not outlast a call',
  remainingMs: 0,
  waitOut: false,
} as const;
