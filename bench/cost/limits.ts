import type { Assumptions, QuotaTable } from './data-files.ts';
import type { Moment } from './moment.ts';
import type { Scenario } from './scenario.ts';
import { maxPendingBytes, type Settings } from './settings.ts';

/** How far something is from the most there can be of it. */
export interface Limit {
  readonly id: LimitId;
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  readonly unit: string;
  /** used ÷ limit: above 1 it is hit. */
  readonly share: number;
}

interface LimitTraits {
  readonly name: string;
  readonly unit: string;
  /** What lifts it, in words for an operator. */
  readonly lift: string;
  /** The setting that lifts it, one step up; undefined where no setting of ours does. */
  raise?(settings: Settings, assumptions: Assumptions): Settings | undefined;
}

/** As terraform/variables.tf has it. */
const MAX_SHARDS = 1_000;
const MAX_CONCURRENCY = 1_000;

const moreIntakes = (settings: Settings): Settings => {
  const { intake } = settings;
  return { ...settings, intake: { ...intake, maxInstances: intake.maxInstances * 2 } };
};
/** Each instance needs a call of its own: forward refuses to start with more instances than calls. */
const moreForwards = (
  settings: Settings,
  { concurrentCalls }: Assumptions,
): Settings | undefined => {
  const { forward } = settings;
  const maxInstances = forward.maxInstances * 2;
  if (maxInstances > concurrentCalls) return undefined;
  return { ...settings, forward: { ...forward, maxInstances } };
};
const moreAtOnce =
  (part: 'intake' | 'forward') => (settings: Settings, assumptions: Assumptions) => {
    const concurrency = settings[part].concurrency * 2;
    if (concurrency <= MAX_CONCURRENCY) {
      return { ...settings, [part]: { ...settings[part], concurrency } };
    }
    return part === 'intake' ? moreIntakes(settings) : moreForwards(settings, assumptions);
  };
const moreMemory =
  (part: 'intake' | 'forward') =>
  (settings: Settings): Settings | undefined => {
    const { memoryMib, cpu } = settings[part];
    if (memoryMib * 2 > cpu * 4_096) return undefined;
    return { ...settings, [part]: { ...settings[part], memoryMib: memoryMib * 2 } };
  };
const moreShards = (settings: Settings): Settings | undefined =>
  settings.shards * 2 > MAX_SHARDS ? undefined : { ...settings, shards: settings.shards * 2 };

/** Every limit the model knows, in the order of the flow. */
export const LIMITS = {
  intakeProcessors: {
    name: "intake's processors",
    unit: 'instances',
    lift: '`intake.max_instances`',
    raise: moreIntakes,
  },
  intakeConcurrency: {
    name: 'requests that intake has under way',
    unit: 'instances',
    lift: '`intake.concurrency`, then `intake.max_instances`',
    raise: moreAtOnce('intake'),
  },
  intakeMemory: {
    name: 'bytes of requests an intake holds',
    unit: 'bytes',
    lift: '`intake.memory_mib`, or more instances by a lower `intake.concurrency`',
    raise: moreMemory('intake'),
  },
  keyBytes: {
    name: 'bytes into one ordering key (Pub/Sub)',
    unit: 'bytes/s',
    lift: '`shards`',
    raise: moreShards,
  },
  publishBytes: {
    name: 'bytes published in the region (Pub/Sub)',
    unit: 'bytes/s',
    lift: 'Google raises it on request',
  },
  messageBytes: {
    name: 'bytes of one message (Pub/Sub)',
    unit: 'bytes',
    lift: '`shards`',
    raise: moreShards,
  },
  keyDeliveries: {
    name: 'deliveries of one ordering key, one at a time (Pub/Sub)',
    unit: 'at a time',
    lift: 'a third party that answers sooner',
  },
  pushBytes: {
    name: 'bytes pushed in the region (Pub/Sub)',
    unit: 'bytes/s',
    lift: 'Google raises it on request',
  },
  forwardProcessors: {
    name: "forward's processors",
    unit: 'instances',
    lift: '`destinations.….max_instances`, up to the calls at once that the third party takes',
    raise: moreForwards,
  },
  forwardConcurrency: {
    name: 'pushes that forward has under way',
    unit: 'instances',
    lift: '`destinations.….concurrency`, then `destinations.….max_instances`',
    raise: moreAtOnce('forward'),
  },
  forwardMemory: {
    name: 'bytes of pushes a forward holds',
    unit: 'bytes',
    lift: '`destinations.….memory_mib`',
    raise: moreMemory('forward'),
  },
  thirdPartyCalls: {
    name: 'calls at once that the third party takes',
    unit: 'calls',
    lift: 'agree a higher one with the platform, and write it into its options or description',
  },
  cloudRunInstances: {
    name: 'instances of one function (Cloud Run)',
    unit: 'instances',
    lift: 'Google raises it on request',
  },
  documentWrites: {
    name: "writes to one audience's record of dead members (Firestore)",
    unit: 'writes/s',
    lift: 'nothing of ours: correct what makes the third party refuse members',
  },
  documentReads: {
    name: 'reads in a collection that is new (Firestore, 500/50/5)',
    unit: 'reads/s',
    lift: 'let the traffic grow by half every 5 minutes; no limit after that',
  },
} satisfies Record<string, LimitTraits>;

export type LimitId = keyof typeof LIMITS;
export const traitsOf = (id: LimitId): LimitTraits => LIMITS[id];

/** A push carries the message in base64. */
const BASE64 = 4 / 3;

/** The moments that limits are looked at. What the queue levels out, the busiest hour has to bear. */
export interface Peak {
  /** The busiest second. */
  readonly second: Moment;
  /** The mean of the busiest hour. */
  readonly hour: Moment;
}

/** Every limit, the nearest first. */
export function limitsOf({ second, hour }: Peak, scenario: Scenario, quotas: QuotaTable): Limit[] {
  const { settings, assumptions, units } = scenario;
  const { intake, hottest } = second;
  const { forward } = hour;
  const { inFlight, running } = intake.instances;
  const pushed = hour.messagesPerSecond * hour.bytesPerMessage;
  const hottestMembers = hour.hottest.mutationsPerSecond * hour.hottest.keys;
  const values: Record<LimitId, readonly [used: number, limit: number]> = {
    intakeProcessors: [intake.instances.neededForCpu, settings.intake.maxInstances],
    intakeConcurrency: [intake.instances.neededForConcurrency, settings.intake.maxInstances],
    intakeMemory: [(inFlight / running) * units.requestBytes, maxPendingBytes(settings.intake)],
    keyBytes: [
      hottest.messagesPerSecond * hottest.bytesPerMessage,
      quotas.orderingKeyBytesPerSecond.value,
    ],
    publishBytes: [
      second.messagesPerSecond * second.bytesPerMessage,
      quotas.publishBytesPerSecond.value,
    ],
    messageBytes: [hottest.bytesPerMessage, quotas.messageBytes.value],
    keyDeliveries: [
      (hour.hottest.messagesPerSecond * forward.turnaroundMs) / 1_000,
      quotas.deliveriesPerKey.value,
    ],
    pushBytes: [pushed, quotas.pushBytesPerSecond.value],
    forwardProcessors: [forward.instances.neededForCpu, settings.forward.maxInstances],
    forwardConcurrency: [forward.instances.neededForConcurrency, settings.forward.maxInstances],
    forwardMemory: [
      (forward.instances.inFlight / forward.instances.running) * hour.bytesPerMessage * BASE64,
      maxPendingBytes(settings.forward),
    ],
    thirdPartyCalls: [forward.callsInFlight, assumptions.concurrentCalls],
    cloudRunInstances: [
      Math.max(running, forward.instances.running),
      quotas.cloudRunInstances.value,
    ],
    documentWrites: [
      (hottestMembers * assumptions.givenUpPerMillion) / 1_000_000,
      quotas.documentWritesPerSecond.value,
    ],
    documentReads: [forward.documentReadsPerSecond, quotas.newCollectionOperationsPerSecond.value],
  };
  return (Object.keys(LIMITS) as LimitId[])
    .map((id): Limit => {
      const [used, limit] = values[id];
      const { name, unit } = traitsOf(id);
      return { id, name, used, limit, unit, share: used / limit };
    })
    .sort((one, other) => other.share - one.share);
}
