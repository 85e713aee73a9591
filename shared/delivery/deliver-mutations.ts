import pLimit, { type LimitFunction } from 'p-limit';
import { encodeMessage, type MessageMutation, type MutationsMessage } from '../audience/message.ts';
import type {
  BatchFault,
  BatchResult,
  Destination,
  MicroBatch,
  Outcome,
} from '../destinations/destination.ts';
import { logDestinationFault } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import { createBriefRetry, type RetryBriefly } from './brief-retry.ts';
import { applyBatch, type BatchApplier } from './apply-batch.ts';
import type { PublishDeadLetter } from './dead-letter.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { lastOperations } from './last-operations.ts';
import { countOutcomes, type MutationOutcome } from './member-outcome.ts';
import { retryLater, type DeliveryReport } from './report.ts';

export interface DeliveryContext {
  readonly log: Logger;
  readonly deadLetter: PublishDeadLetter;
  /** Aborted when the queue waits no more: then no further call may go out. */
  readonly gone: AbortSignal;
}

type Deliver = (message: MutationsMessage, context: DeliveryContext) => Promise<DeliveryReport>;

/** A function that brings the mutations of a message to the third party, in micro-batches. */
export function createMutationDelivery(dependencies: DeliveryDependencies): Deliver {
  const { destination, audienceMap, memberId, retryBriefly = createBriefRetry() } = dependencies;
  const limitCalls = pLimit(destination.capabilities.maxConcurrentCalls);

  return async (message, context) => {
    const record = await audienceMap.find(message.audience);
    if (record?.state !== 'ready') {
      return retryLater(`the audience is ${record?.state ?? 'unknown'}`);
    }
    const { toDeliver, skipped } = lastOperations(message.mutations, memberId);
    const applied = await applyAll(record.segment, toDeliver, {
      destination,
      retryBriefly,
      limitCalls,
      context,
    });
    const outcomes = [...skipped, ...applied];

    const counts = countOutcomes(outcomes);
    const retry = outcomes.find(({ outcome }) => outcome.status === 'retry');
    if (retry?.outcome.status === 'retry') return { counts, retryReason: retry.outcome.reason };
    await giveUpRejected(message, outcomes, context.deadLetter);
    return { counts };
  };
}

interface ApplyContext {
  readonly destination: Destination;
  readonly retryBriefly: RetryBriefly;
  readonly limitCalls: LimitFunction;
  readonly context: DeliveryContext;
}

async function applyAll(
  segment: string,
  toDeliver: ReadonlyMap<string, MessageMutation>,
  { destination, retryBriefly, limitCalls, context }: ApplyContext,
): Promise<MutationOutcome[]> {
  let fault: BatchFault | undefined;
  const onFault = (result: BatchFault): void => {
    if (fault !== undefined) return;
    fault = result;
    logDestinationFault(context.log, { destination: destination.id, status: result.status });
  };
  const guarded: BatchApplier = async (batch) => {
    if (fault !== undefined) return { kind: 'retry', reason: fault.reason };
    const result = await retryBriefly(async (): Promise<BatchResult> => {
      if (context.gone.aborted) return { kind: 'retry', reason: 'the queue waits no more' };
      return destination.apply(batch);
    }, context.gone);
    if (result.kind === 'fault') onFault(result);
    return result;
  };
  const batches = microBatches(segment, toDeliver, destination.capabilities.maxMembersPerCall);
  const applied = batches.map(async (batch) => {
    const outcomes = await limitCalls(() => applyBatch(guarded, batch));
    return batch.members.flatMap(({ user }, index): MutationOutcome[] => {
      const mutation = toDeliver.get(user);
      return mutation === undefined ? [] : [{ mutation, outcome: at(outcomes, index) }];
    });
  });
  // No call may be under way once the delivery is settled: it would overtake what comes after.
  await Promise.allSettled(applied);
  return (await Promise.all(applied)).flat();
}

/** Batches within the limit. Every user is in one of them only, so they may go out side by side. */
function microBatches(
  segment: string,
  toDeliver: ReadonlyMap<string, MessageMutation>,
  maxMembers: number,
): MicroBatch[] {
  const byOperation = Map.groupBy(toDeliver, ([, { operation }]) => operation);
  return [...byOperation].flatMap(([operation, entries]) => {
    const members = entries.map(([user]) => ({ segment, user }));
    const count = Math.ceil(members.length / maxMembers);
    return Array.from({ length: count }, (_, index) => ({
      operation,
      members: members.slice(index * maxMembers, (index + 1) * maxMembers),
    }));
  });
}

function at(outcomes: readonly Outcome[], index: number): Outcome {
  return outcomes[index] ?? { status: 'retry', reason: 'the destination gave no outcome' };
}

/** Rejected members leave as one dead letter per reason, which a replay can publish as it is. */
async function giveUpRejected(
  message: MutationsMessage,
  outcomes: readonly MutationOutcome[],
  deadLetter: PublishDeadLetter,
): Promise<void> {
  const rejected = outcomes.flatMap(({ mutation, outcome }) =>
    outcome.status === 'rejected' ? [{ mutation, reason: outcome.reason }] : [],
  );
  for (const [text, members] of Map.groupBy(rejected, ({ reason }) => reason)) {
    const mutations = members.map(({ mutation }) => mutation);
    await deadLetter({
      reason: 'member-rejected',
      text,
      members: members.length,
      original: encodeMessage({ ...message, mutations }),
    });
  }
}
