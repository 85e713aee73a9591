import { encodeMessage, type MessageMutation, type MutationsMessage } from '../audience/message.ts';
import type { DeadMembers } from '../dead-letters/dead-members.ts';
import type { MemberId } from '../audience/shard.ts';
import type { DestinationCapabilities } from '../destinations/destination.ts';
import type { Logger } from '../logger.ts';
import { MAX_LOGGED_REQUESTS } from '../log-events.ts';
import type { Coalescer } from './coalescer.ts';
import type { PublishDeadLetter } from './dead-letter.ts';
import type { FindSegment, FoundSegment } from './find-segment.ts';
import { lastOperations, splitUnsupportedRemovals } from './last-operations.ts';
import { countOutcomes, NO_OUTCOME, type MutationOutcome } from './member-outcome.ts';
import { retryLater, type DeliveryReport } from './report.ts';
import { recordOutcomes, splitOvertaken } from './replays.ts';

export interface DeliveryContext {
  readonly log: Logger;
  readonly deadLetter: PublishDeadLetter;
  /** When the operations were first published, in milliseconds since the epoch. */
  readonly operatedAt: number;
  /** Whether an operator sends them again: newer ones may have overtaken them. */
  readonly isReplay: boolean;
  /** Aborted when the queue waits no more: then no further call may go out. */
  readonly gone: AbortSignal;
}

export interface MutationParts {
  readonly findSegment: FindSegment;
  readonly microBatches: Coalescer;
  readonly deadMembers: DeadMembers;
  readonly memberId: MemberId;
  readonly removal: DestinationCapabilities['removal'];
}

type Deliver = (message: MutationsMessage, context: DeliveryContext) => Promise<DeliveryReport>;

/** A function that brings the mutations of a message to the third party, in micro-batches. */
export function createMutationDelivery(parts: MutationParts): Deliver {
  const { findSegment, microBatches, deadMembers, memberId, removal } = parts;

  return async (message, context) => {
    const requests = message.requests.slice(0, MAX_LOGGED_REQUESTS);
    const requestIds = message.requests.length > 1 ? requests : undefined;
    const found = await findSegment(message, context.log);
    if ('waitReason' in found) return { ...retryLater(found.waitReason), requestIds };
    const { isReplay } = context;
    const dead = await deadMembers.find(found.audience, isReplay ? 'fresh' : undefined);
    const { toDeliver, skipped } = lastOperations(message.mutations, memberId);
    const { current, stale } = splitOvertaken(toDeliver, dead, { ...context, ...found });
    const { supported, removals } = splitUnsupportedRemovals(current, removal);

    const sent = await applyAll(supported, { microBatches, message, found, ...context });
    const applied = new Map([...removals, ...sent]);
    const unsupportedRemovals = removals.size > 0 ? removals.size : undefined;
    const outcomes = [...skipped, ...stale, ...applied.values()];
    const counts = countOutcomes(outcomes);
    const retry = outcomes.find(({ outcome }) => outcome.status === 'retry');
    if (retry?.outcome.status === 'retry') {
      return { counts, requestIds, unsupportedRemovals, retryReason: retry.outcome.reason };
    }

    await recordOutcomes(applied, dead, { deadMembers, ...context, ...found });
    const rejectedOf = { ...message, requests, audience: found.audience };
    await giveUpRejected(rejectedOf, outcomes, context.deadLetter);
    return { counts, requestIds, unsupportedRemovals };
  };
}

interface ApplyContext {
  readonly microBatches: Coalescer;
  readonly message: MutationsMessage;
  readonly found: FoundSegment;
  readonly operatedAt: number;
  readonly gone: AbortSignal;
}

/** The outcomes by user. */
async function applyAll(
  toDeliver: ReadonlyMap<string, MessageMutation>,
  { microBatches, message, found: { segment }, operatedAt, gone }: ApplyContext,
): Promise<Map<string, MutationOutcome>> {
  const byOperation = Map.groupBy(toDeliver, ([, { operation }]) => operation);
  const submitted = [...byOperation].map(async ([operation, entries]) => {
    const users = entries.map(([user]) => user);
    const { requests } = message;
    const submission = { operation, segment, users, operatedAt, gone, requests };
    const outcomes = await microBatches.submit(submission);
    return entries.map(([user, mutation], index) => {
      const outcome = outcomes[index] ?? NO_OUTCOME;
      return [user, { mutation, outcome }] as const;
    });
  });
  // No call may be under way once the delivery is settled: it would overtake what comes after.
  await Promise.allSettled(submitted);
  return new Map((await Promise.all(submitted)).flat());
}

/** Rejected members leave as one dead letter per reason, which a replay can publish as it is. */
async function giveUpRejected(
  message: MutationsMessage,
  outcomes: readonly MutationOutcome[],
  deadLetter: PublishDeadLetter,
): Promise<void> {
  const rejected = outcomes.flatMap(({ mutation, outcome }) =>
    outcome.status === 'rejected'
      ? [{ mutation, text: outcome.reason, failing: outcome.failing === true }]
      : [],
  );
  for (const group of Map.groupBy(rejected, ({ failing, text }) => `${failing} ${text}`).values()) {
    const mutations = group.map(({ mutation }) => mutation);
    await deadLetter({
      reason: group[0]?.failing === true ? 'member-failing' : 'member-rejected',
      text: group[0]?.text ?? '',
      members: group.length,
      original: encodeMessage({ ...message, mutations }),
    });
  }
}
