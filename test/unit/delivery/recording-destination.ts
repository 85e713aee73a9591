import { setImmediate as turn } from 'node:timers/promises';
import type {
  BatchResult,
  CreatedSegment,
  Destination,
  DestinationCapabilities,
  MicroBatch,
  SegmentRequest,
} from '../../../shared/destinations/destination.ts';

export interface RecordingDestination extends Destination {
  /** Every micro-batch it was given. */
  readonly batches: MicroBatch[];
  /** Every segment it was asked for. */
  readonly requests: SegmentRequest[];
  /** The most calls that were under way at once. */
  mostAtOnce(): number;
}

export interface Behaviour {
  readonly capabilities?: Partial<DestinationCapabilities>;
  readonly apply?: (batch: MicroBatch) => BatchResult | Promise<BatchResult>;
  readonly createSegment?: (request: SegmentRequest) => CreatedSegment | Promise<CreatedSegment>;
  readonly findSegment?: (request: SegmentRequest) => string | undefined;
  readonly memberBytes?: Destination['memberBytes'];
}

/** Everybody is taken. */
export function delivered({ members }: MicroBatch): BatchResult {
  return { kind: 'outcomes', outcomes: members.map(() => ({ status: 'delivered' })) };
}

/** Refuses as a whole, and unnamed, every batch that holds one of these users. */
export function refusing(...users: string[]): (batch: MicroBatch) => BatchResult {
  return (batch) =>
    batch.members.some(({ user }) => users.includes(user))
      ? { kind: 'refused-whole', reason: 'answered 400' }
      : delivered(batch);
}

/** A destination that takes everything, but for what `behaviour` says, and remembers its calls. */
export function recordingDestination(behaviour: Behaviour = {}): RecordingDestination {
  const { apply = delivered, createSegment = segmentByTitle(), findSegment } = behaviour;
  const batches: MicroBatch[] = [];
  const requests: SegmentRequest[] = [];
  let underWay = 0;
  let mostAtOnce = 0;

  async function counted<Value>(answer: () => Value | Promise<Value>): Promise<Value> {
    underWay += 1;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    try {
      await turn();
      return await answer();
    } finally {
      underWay -= 1;
    }
  }

  return {
    id: 'recorder',
    capabilities: {
      segments: 'created',
      creationIdempotentBy: 'title',
      removal: 'native',
      reports: 'all-or-nothing',
      maxMembersPerCall: 1_000,
      maxSegmentsPerCall: 1_000,
      callTimeoutMs: 10_000,
      maxConcurrentCalls: 4,
      oneCallPerSegment: false,
      ...behaviour.capabilities,
    },
    createSegment: (request) => {
      requests.push(request);
      return counted(() => createSegment(request));
    },
    ...(findSegment && {
      findSegment: (request) => counted(() => findSegment(request)),
    }),
    ...(behaviour.memberBytes && { memberBytes: behaviour.memberBytes }),
    apply: (batch) => {
      batches.push(batch);
      return counted(() => apply(batch));
    },
    batches,
    requests,
    mostAtOnce: () => mostAtOnce,
  };
}

/** A third party that answers with the segment that bears a title already: 12345, 12346, … */
export function segmentByTitle(): (request: SegmentRequest) => CreatedSegment {
  const segments = new Map<string, string>();
  return ({ title }) => {
    const known = segments.get(title);
    const segment = known ?? String(12345 + segments.size);
    segments.set(title, segment);
    return { segment, created: known === undefined };
  };
}
