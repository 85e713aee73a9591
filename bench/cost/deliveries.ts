import { callsAlone, coalescedCalls, type LaneCalls } from './coalesced-calls.ts';
import { instancesFor, type Instances } from './instances.ts';
import type { KeyLoad, Scenario } from './scenario.ts';

/** What forward does with the messages. Rates are a second, over all instances. */
export interface Deliveries {
  readonly instances: Instances;
  /** From a push's arrival at forward to its answer. */
  readonly deliveryMs: number;
  /** From one push of an ordering key to the next: the delivery and Pub/Sub's way there and back. */
  readonly turnaroundMs: number;
  readonly callsPerSecond: number;
  readonly membersPerCall: number;
  /** Calls under way at the third party. */
  readonly callsInFlight: number;
  /** Of the record of dead members. */
  readonly documentReadsPerSecond: number;
}

interface QueueTraffic {
  readonly mutationsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly hottest: KeyLoad;
  readonly others: KeyLoad;
}

/** As shared/dead-letters/firestore-dead-members.ts has them: answers are kept for a second, 200 of them. */
const KEPT_SECONDS = 1;
const MAX_KEPT = 200;
const ROUNDS = 4;
const KEPT_ROUNDS = 30;

export function deliveriesOf(traffic: QueueTraffic, scenario: Scenario): Deliveries {
  const { settings, units, assumptions } = scenario;
  const { mutationsPerSecond, messagesPerSecond } = traffic;
  const { callMs, targetUtilisation } = assumptions;

  function deliveriesAt(running: number): Deliveries {
    const { callsPerSecond, waitMs } = callsOf(traffic, running, scenario);
    const documentReadsPerSecond = readsOf(traffic, running, scenario);
    const perMessage = mutationsPerSecond / messagesPerSecond;
    const { membersPerCall, concurrentCalls, documentReadMs } = assumptions;
    const callRounds = Math.ceil(perMessage / (membersPerCall * concurrentCalls));
    const cpuMicros =
      messagesPerSecond * units.forwardCpuMicrosPerMessage +
      mutationsPerSecond * units.forwardCpuMicrosPerMutation +
      callsPerSecond * units.forwardCpuMicrosPerCall;
    const missed = Math.min(1, documentReadsPerSecond / messagesPerSecond);
    const deliveryMs =
      missed * documentReadMs +
      waitMs +
      callRounds * callMs +
      cpuMicros / 1_000 / messagesPerSecond;
    const work = {
      requestsPerSecond: messagesPerSecond,
      requestMs: deliveryMs,
      cpuMicrosPerSecond: cpuMicros,
      targetUtilisation,
    };
    return {
      instances: instancesFor(work, settings.forward),
      deliveryMs,
      turnaroundMs: deliveryMs + assumptions.pushTransitMs,
      callsPerSecond,
      membersPerCall: mutationsPerSecond / callsPerSecond,
      callsInFlight: (callsPerSecond * callMs) / 1_000,
      documentReadsPerSecond,
    };
  }

  let deliveries = deliveriesAt(1);
  for (let round = 0; round < ROUNDS; round += 1) {
    deliveries = deliveriesAt(deliveries.instances.running);
  }
  return deliveries;
}

/** Adds and removes go in lanes of their own; so do segments, where the third party takes one in a call. */
function callsOf(traffic: QueueTraffic, running: number, scenario: Scenario): LaneCalls {
  const { settings, shape, assumptions } = scenario;
  const { addShare, segmentsPerCall, membersPerCall, callMs } = assumptions;
  const ofLane = settings.coalescing ? coalescedCalls : callsAlone;
  const { hottest, others } = traffic;
  const lanes =
    segmentsPerCall > 1
      ? [{ count: 1, messages: traffic.messagesPerSecond, members: traffic.mutationsPerSecond }]
      : [lanesOf(hottest, 1), lanesOf(others, shape.audiences - 1)];
  let callsPerSecond = 0;
  let waited = 0;
  for (const share of [addShare, 1 - addShare]) {
    for (const { count, messages, members } of lanes) {
      const calls = ofLane({
        messagesPerSecond: (messages * share) / running,
        membersPerSecond: (members * share) / running,
        membersPerCall,
        callMs,
      });
      callsPerSecond += calls.callsPerSecond * count * running;
      waited += calls.waitMs * messages * share * count;
    }
  }
  return { callsPerSecond, waitMs: waited / traffic.messagesPerSecond };
}

function lanesOf(key: KeyLoad, audiences: number) {
  const keys = audiences === 0 ? 0 : key.keys / audiences;
  return {
    count: audiences,
    messages: key.messagesPerSecond * keys,
    members: key.mutationsPerSecond * keys,
  };
}

/** Each instance reads an audience's record with the first message after the second it is kept for. */
function readsOf(traffic: QueueTraffic, running: number, { shape, settings }: Scenario): number {
  const audiences = [
    { count: 1, rate: (traffic.hottest.messagesPerSecond * settings.shards) / running },
    {
      count: shape.audiences - 1,
      rate: (traffic.others.messagesPerSecond * settings.shards) / running,
    },
  ];
  const readsWhenKept = (seconds: number) =>
    audiences.reduce((sum, { count, rate }) => sum + (count * rate) / (1 + rate * seconds), 0);
  // More audiences than fit push each other out before their second is over.
  let keptSeconds = KEPT_SECONDS;
  for (let round = 0; round < KEPT_ROUNDS; round += 1) {
    keptSeconds = Math.min(KEPT_SECONDS, MAX_KEPT / readsWhenKept(keptSeconds));
  }
  return readsWhenKept(keptSeconds) * running;
}
