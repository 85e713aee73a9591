import { PUBSUB_SPACING } from '../../shared/queue/pubsub-queue.ts';
import { publishedAlone, publishKey, type KeyPublishing } from './ordering-key.ts';
import { deliveriesOf, type Deliveries } from './deliveries.ts';
import { instancesFor, type Instances } from './instances.ts';
import { NO_KEY, type KeyLoad, type Scenario } from './scenario.ts';
import { spreadOver } from './spread.ts';

export interface IntakeLoad {
  readonly requestsPerSecond: number;
  readonly requestMs: number;
  readonly mutationsPerRequest: number;
  readonly instances: Instances;
}

/** The whole relay at one rate of mutations. Rates are a second. */
export interface Moment {
  readonly mutationsPerSecond: number;
  readonly intake: IntakeLoad;
  readonly hottest: KeyLoad;
  readonly others: KeyLoad;
  readonly messagesPerSecond: number;
  readonly membersPerMessage: number;
  readonly bytesPerMessage: number;
  readonly forward: Deliveries;
}

/** What each further request of a message adds to its head: its id, quoted, and a comma. */
const REQUEST_ID_BYTES = 39;
/** As shared/audience/grouping.ts has it. */
const MAX_MESSAGE_BYTES = 1_000_000;
/** Instances and durations depend on each other; they settle within a few rounds. */
const ROUNDS = 4;

/** The state of the relay when mutations come at this rate for a while. */
export function momentAt(mutationsPerSecond: number, scenario: Scenario): Moment {
  const { units, settings, assumptions } = scenario;
  const requests = requestsAt(mutationsPerSecond, scenario);
  let intake = intakeAt(assumptions.publishRoundTripMs, 0);
  let queue = queueAt(intake.instances.running);
  for (let round = 0; round < ROUNDS; round += 1) {
    const { running } = intake.instances;
    const requestMs = queue.waitMs + units.intakeCpuMicrosPerRequest / 1_000;
    intake = intakeAt(requestMs, queue.messagesPerSecond);
    if (intake.instances.running === running) break;
    queue = queueAt(intake.instances.running);
  }
  const { hottest, others, messagesPerSecond, bytesPerSecond } = queue;
  const traffic = { mutationsPerSecond, messagesPerSecond, hottest, others };
  return {
    ...traffic,
    intake,
    membersPerMessage: mutationsPerSecond / messagesPerSecond,
    bytesPerMessage: bytesPerSecond / messagesPerSecond,
    forward: deliveriesOf(traffic, scenario),
  };

  function intakeAt(durationMs: number, messages: number): IntakeLoad {
    const { requestsPerSecond } = requests;
    const cpuMicrosPerSecond =
      requestsPerSecond * units.intakeCpuMicrosPerRequest +
      messages * units.publishCpuMicrosPerMessage;
    const { targetUtilisation } = assumptions;
    const work = {
      requestsPerSecond,
      requestMs: durationMs,
      cpuMicrosPerSecond,
      targetUtilisation,
    };
    const instances = instancesFor(work, settings.intake);
    return { ...requests, requestMs: durationMs, instances };
  }

  function queueAt(instances: number) {
    return queueOf({ ...requests, mutationsPerSecond, instances }, scenario);
  }
}

interface RequestRate {
  readonly requestsPerSecond: number;
  readonly mutationsPerRequest: number;
}

/** The DMP fills a request up to its size, or sends what it has after a second; adds and removes go apart. */
function requestsAt(mutationsPerSecond: number, { units, assumptions }: Scenario): RequestRate {
  const { addShare, batchWaitSeconds } = assumptions;
  const perOperation = [addShare, 1 - addShare].map((share) => {
    const rate = mutationsPerSecond * share;
    return rate / Math.min(units.mutationsPerRequest, 1 + rate * batchWaitSeconds);
  });
  const requestsPerSecond = perOperation.reduce((sum, rate) => sum + rate, 0);
  return { requestsPerSecond, mutationsPerRequest: mutationsPerSecond / requestsPerSecond };
}

interface IntakeState extends RequestRate {
  readonly mutationsPerSecond: number;
  readonly instances: number;
}

/** What intake's instances publish: each gathers for itself. */
function queueOf(state: IntakeState, { shape, settings, units, assumptions }: Scenario) {
  const { requestsPerSecond, mutationsPerRequest, mutationsPerSecond, instances } = state;
  const { shards, groupCommit } = settings;
  const spread = spreadOver({ shape, shards, mutationsPerRequest });
  const otherAudiences = shape.audiences - 1;
  const hottestShare = otherAudiences === 0 ? 1 : shape.hottestShare;
  const hottest = keyOf(shards, spread.touchesHottestKey, hottestShare);
  const others = keyOf(otherAudiences * shards, spread.touchesOtherKey, 1 - hottestShare);
  const messagesPerSecond = sumOver((key) => key.messagesPerSecond);
  const bytesPerSecond = sumOver((key) => key.messagesPerSecond * key.bytesPerMessage);
  return {
    hottest: hottest.load,
    others: others.load,
    messagesPerSecond,
    bytesPerSecond,
    /** A request waits for the slowest of its messages. */
    waitMs: Math.max(hottest.waitMs, others.waitMs),
  };

  function sumOver(valueOf: (load: KeyLoad) => number): number {
    return [hottest.load, others.load].reduce((sum, load) => sum + load.keys * valueOf(load), 0);
  }

  function keyOf(keys: number, touched: number, share: number) {
    const partsPerSecond = (requestsPerSecond * touched) / instances;
    if (keys === 0 || partsPerSecond === 0) return { load: NO_KEY, waitMs: 0 };
    const rate = (mutationsPerSecond * share) / keys;
    const bytesPerPart =
      (rate / (partsPerSecond * instances)) * units.messageBytesPerMutation + REQUEST_ID_BYTES;
    const { publishRoundTripMs } = assumptions;
    const maxParts = Math.max(1, Math.floor(MAX_MESSAGE_BYTES / bytesPerPart));
    const spacing = PUBSUB_SPACING;
    const arrivals = { partsPerSecond, publishRoundTripMs, maxParts, spacing };
    const published: KeyPublishing = (groupCommit ? publishKey : publishedAlone)(arrivals);
    const messages = published.messagesPerSecond * instances;
    const membersPerMessage = rate / messages;
    const bytesPerMessage =
      units.messageOverheadBytes +
      membersPerMessage * units.messageBytesPerMutation +
      (published.partsPerMessage - 1) * REQUEST_ID_BYTES;
    const load: KeyLoad = {
      keys,
      mutationsPerSecond: rate,
      messagesPerSecond: messages,
      membersPerMessage,
      bytesPerMessage,
    };
    return { load, waitMs: published.meanWaitMs };
  }
}
