import { encodeIds, encodeMutations, type MutationsMessage } from '../audience/message.ts';
import type { DeadMembers } from '../dead-letters/dead-members.ts';
import { digestOf } from '../dead-letters/digest-of.ts';
import type { MemberId } from '../audience/shard.ts';
import { MAX_LOGGED_REQUESTS } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import type { Coalescer } from './coalescer.ts';
import type { PublishDeadLetter } from './dead-letter.ts';
import type { FindSegment, FoundSegment } from './find-segment.ts';
import type { Hold, Wait } from './key-batch.ts';
import { lastOperations, splitUnsupportedRemovals, type TimedMutation } from './last-operations.ts';
import { NO_OUTCOME, type MutationOutcome } from './member-outcome.ts';
import type { PoliteDestination } from './polite-destination.ts';
import { isKnownSuperseded, recordOutcomes, splitSuperseded } from './replays.ts';

/** A message of mutations, with what its delivery knows of it. */
export interface MutationsItem {
  readonly message: MutationsMessage;
  /** When the operations were first published, in milliseconds since the epoch. */
  readonly operatedAt: number;
  /** True for one that an operator sends again: newer operations may have superseded it. */
  readonly isReplay: boolean;
  readonly deadLetter: PublishDeadLetter;
}

export interface MutationParts {
  readonly destination: Pick<PoliteDestination, 'paused' | 'capabilities'>;
  readonly findSegment: FindSegment;
  readonly microBatches: Coalescer;
  readonly deadMembers: DeadMembers;
  readonly memberId: MemberId;
}

export interface MutationsContext {
  readonly hold: Hold;
  readonly log: Logger;
  /** True when the key batch holds a newer operation of the user, replays left out. */
  readonly isSuperseded: (user: string, operatedAt: number) => boolean;
}

export interface MutationsResult {
  readonly outcomes: readonly MutationOutcome[];
  /** Removals that the platform cannot be told, among those that were skipped. */
  readonly unsupportedRemovals: number;
  readonly wait?: Wait | undefined;
}

/** A mutation of one of several messages. */
interface Entry extends TimedMutation {
  readonly item: MutationsItem;
}

interface EntryOutcome extends Entry, MutationOutcome {}

export type DeliverMutations = (
  items: readonly [MutationsItem, ...MutationsItem[]],
  context: MutationsContext,
) => Promise<MutationsResult>;

/**
 * A function that brings the mutations of messages of one ordering key to the third party, as if they were
 * one message; either all are replays or none is. While members wait it looks again, as long as `hold` lets
 * it: then only those are sent that have no outcome yet.
 */
export function createMutationDelivery(parts: MutationParts): DeliverMutations {
  const { findSegment, microBatches, deadMembers, memberId, destination } = parts;

  /** Looks for the segment until there is one, or `hold` lets it look no more. */
  async function awaitSegment(
    [{ message }]: readonly [MutationsItem, ...MutationsItem[]],
    { hold, log }: MutationsContext,
  ): Promise<FoundSegment | Wait> {
    for (;;) {
      const found = pauseOf(destination) ?? (await findSegment(message, { log, hold }));
      if ('segment' in found || !(await hold.lookAgain())) return found;
    }
  }

  return async (items, context) => {
    const { hold, isSuperseded } = context;
    const found = await awaitSegment(items, context);
    if (!('segment' in found)) return { outcomes: [], unsupportedRemovals: 0, wait: found };
    const { segment, audience } = found;
    const { isReplay } = items[0];
    const dead = await deadMembers.find(audience, isReplay ? 'fresh' : undefined);
    const { toDeliver, skipped } = lastOperations(items.flatMap(entriesOf), memberId);
    const isStale = (user: string, operatedAt: number) =>
      isReplay &&
      (isSuperseded(user, operatedAt) ||
        isKnownSuperseded(dead, digestOf(audience, user), operatedAt));
    const { current, stale } = splitSuperseded(toDeliver, isStale);
    const { supported, removals } = splitUnsupportedRemovals(
      current,
      destination.capabilities.removal,
    );
    const applied = new Map<string, EntryOutcome>(removals);
    const outcomes = () => [...skipped, ...stale, ...applied.values()];
    const unsupportedRemovals = removals.size;

    for (let open: ReadonlyMap<string, Entry> = supported; open.size > 0;) {
      const sending = withWitness(open, supported, applied);
      const sent = await applyAll(sending, { microBatches, segment, hold });
      for (const [user, outcome] of sent) applied.set(user, outcome);
      open = new Map([...open].filter(([user]) => applied.get(user)?.outcome.status === 'retry'));
      if (open.size > 0 && !(await hold.lookAgain())) {
        return { outcomes: outcomes(), unsupportedRemovals, wait: waitOf(applied, destination) };
      }
    }
    // They come again, and whoever has them then records what becomes of them.
    if (hold.isLost()) return { outcomes: [], unsupportedRemovals: 0, wait: LEASE_ENDED };

    await recordOutcomes(applied, dead, { audience, isReplay, deadMembers });
    await giveUpRejected(applied, audience);
    return { outcomes: outcomes(), unsupportedRemovals };
  };
}

const LEASE_ENDED: Wait = { reason: 'the lease ended' };

/** The pause of the platform, unless it is so short that its calls wait for its end. */
function pauseOf({ paused }: MutationParts['destination']): Wait | undefined {
  const pause = paused();
  return pause === undefined || pause.waitOut ? undefined : pause;
}

function waitOf(
  applied: ReadonlyMap<string, EntryOutcome>,
  destination: MutationParts['destination'],
): Wait {
  const retried = applied.values().find(({ outcome }) => outcome.status === 'retry');
  const reason = retried?.outcome.status === 'retry' ? retried.outcome.reason : '';
  return { reason, remainingMs: pauseOf(destination)?.remainingMs };
}

function entriesOf(item: MutationsItem): Entry[] {
  const { message, operatedAt } = item;
  return message.mutations.map((mutation) => ({ mutation, operatedAt, item }));
}

/**
 * The open entries, and one that was delivered already: its answer proves that the third party takes others
 * while it fails over these.
 */
function withWitness(
  open: ReadonlyMap<string, Entry>,
  all: ReadonlyMap<string, Entry>,
  applied: ReadonlyMap<string, EntryOutcome>,
): ReadonlyMap<string, Entry> {
  if (open === all) return open;
  const witness = [...all].find(([user]) => applied.get(user)?.outcome.status === 'delivered');
  return witness === undefined ? open : new Map([witness, ...open]);
}

interface ApplyContext {
  readonly microBatches: Coalescer;
  readonly segment: string;
  readonly hold: Hold;
}

/** The outcomes by user. */
async function applyAll(
  entries: ReadonlyMap<string, Entry>,
  { microBatches, segment, hold }: ApplyContext,
): Promise<Map<string, EntryOutcome>> {
  const byItem = Map.groupBy(entries, ([, { item }]) => item);
  const submitted = [...byItem].flatMap(([{ message, operatedAt }, ofItem]) =>
    [...Map.groupBy(ofItem, ([, { mutation }]) => mutation.operation)].map(
      async ([operation, group]) => {
        const users = group.map(([user]) => user);
        const { requests } = message;
        const submission = { operation, segment, users, operatedAt, hold, requests };
        const outcomes = await microBatches.submit(submission);
        return group.map(([user, entry], index) => {
          return [user, { ...entry, outcome: outcomes[index] ?? NO_OUTCOME }] as const;
        });
      },
    ),
  );
  // No call may be in flight once the delivery is settled: it would overtake what comes after.
  await Promise.allSettled(submitted);
  return new Map((await Promise.all(submitted)).flat());
}

/** Publishes one dead letter per message, reason and operation: a message holds one operation. */
async function giveUpRejected(
  applied: ReadonlyMap<string, EntryOutcome>,
  audience: string,
): Promise<void> {
  const rejected = [...applied.values()].flatMap(({ item, mutation, outcome }) =>
    outcome.status === 'rejected'
      ? [{ item, mutation, text: outcome.reason, failing: outcome.failing === true }]
      : [],
  );
  for (const [{ message, deadLetter }, ofItem] of Map.groupBy(rejected, ({ item }) => item)) {
    const requests = message.requests.slice(0, MAX_LOGGED_REQUESTS);
    const groups = Map.groupBy(
      ofItem,
      ({ mutation, failing, text }) => `${mutation.operation} ${failing} ${text}`,
    );
    for (const group of groups.values()) {
      const [first] = group;
      if (first === undefined) continue;
      const { operation } = first.mutation;
      const ids = encodeIds(group.map(({ mutation }) => mutation));
      await deadLetter({
        reason: first.failing ? 'member-failing' : 'member-rejected',
        text: first.text,
        members: group.length,
        original: encodeMutations({ audience, operation, requests }, [ids]),
      });
    }
  }
}
