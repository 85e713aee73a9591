import { decodeMessage, type Message } from '../audience/message.ts';
import { memberIdOf } from '../audience/shard.ts';
import type { DeadLetterReason } from '../dead-letters/dead-letter.ts';
import { MessageError } from '../errors.ts';
import { logDeliveryFailed, loggedError, MAX_LOGGED_REQUESTS } from '../log-events.ts';
import { correlatedLogger, type Logger } from '../logger.ts';
import type { Delivery } from '../queue/queue.ts';
import { createBriefRetry } from './brief-retry.ts';
import { createSegment, failCreation } from './create-segment.ts';
import { createDeadLetterPublisher, operatedAt } from './dead-letter.ts';
import { createMutationDelivery, type MutationsItem } from './deliver-mutations.ts';
import type { DeliveryDependencies } from './dependencies.ts';
import { createSegmentFinder } from './find-segment.ts';
import {
  NO_COUNTS,
  sumCounts,
  type DeliverKeyBatch,
  type DeliveryCounts,
  type Hold,
  type KeyBatchReport,
  type Wait,
} from './key-batch.ts';
import { loggedDestination } from './logged-destination.ts';
import { countOutcomes } from './member-outcome.ts';
import { createMicroBatches } from './micro-batches.ts';

/** The reason for which a message ends as a dead letter, undelivered. */
interface GivenUp {
  readonly reason: DeadLetterReason;
  readonly text: string;
}

/** A message of a key batch, decoded where that is needed. */
type Item = { readonly delivery: Delivery } &
  /** Addressed to another destination, or a second copy of a message before it. */
  (
    | { readonly kind: 'ignored'; readonly forDestination?: string }
    | ({ readonly kind: 'given-up' } & GivenUp)
    | {
        readonly kind: 'create-audience';
        readonly message: Extract<Message, { kind: 'create-audience' }>;
      }
    | ({ readonly kind: 'mutations' } & MutationsItem)
  );

type CreationItem = Extract<Item, { kind: 'create-audience' }>;

/** The outcome of messages of a key batch. */
interface Settled {
  readonly counts: DeliveryCounts;
  /** Present when a creation waits in the audience map: the reason. */
  readonly postponed?: Wait | undefined;
  /** Present: they must come again. */
  readonly wait?: Wait | undefined;
}

/** Between the tries of a creation; sweeps come once a minute. */
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

const EXPIRED: GivenUp = {
  reason: 'retry-window-ended',
  text: 'It could not be delivered within the retry window.',
};
/** Reasons of messages whose mutations are not known. */
const UNDECODED: readonly string[] = ['retry-window-ended', 'process-crashed'];
const CRASHED: GivenUp = {
  reason: 'process-crashed',
  text: 'The process crashed three times while this message was being delivered.',
};

/**
 * A function that delivers the messages of a key batch in their order. Mutations that follow each other are
 * delivered as one message. After the first message that must wait, the rest waits as well.
 */
export function createKeyBatchDelivery(dependencies: DeliveryDependencies): DeliverKeyBatch {
  const { retryWindowMs, deadMembers, audienceMap, memberId, now = Date.now } = dependencies;
  const destination = loggedDestination(dependencies);
  const retryBriefly = dependencies.retryBriefly ?? createBriefRetry();
  const creation = { ...dependencies, destination, retryBriefly };
  const deliverMutations = createMutationDelivery({
    destination,
    findSegment: createSegmentFinder(creation),
    microBatches: createMicroBatches({ destination, retryBriefly, log: dependencies.log }),
    deadMembers,
    memberId,
  });

  function read(delivery: Delivery, log: Logger, hasCrashed: boolean): Item {
    const { destination: forDestination = destination.id } = delivery.attributes;
    if (forDestination !== destination.id) return { delivery, kind: 'ignored', forDestination };
    // Before it is decoded, so that a message which crashes the process ends here too.
    if (hasCrashed) return { delivery, kind: 'given-up', ...CRASHED };
    if (now() - delivery.publishTime.getTime() > retryWindowMs) {
      return { delivery, kind: 'given-up', ...EXPIRED };
    }
    const message = tryDecode(dependencies.decode ?? decodeMessage, delivery);
    if (message instanceof MessageError) {
      const { message: text } = message;
      return { delivery, kind: 'given-up', reason: 'message-undecodable', text };
    }
    if (message.kind === 'create-audience') return { delivery, kind: message.kind, message };
    if (message.kind === 'rejected-entries') {
      const text = [...new Set(message.entries.map(({ reason }) => reason))].join('; ');
      return { delivery, kind: 'given-up', reason: 'entry-invalid', text };
    }
    return {
      delivery,
      kind: message.kind,
      message,
      operatedAt: operatedAt(delivery),
      isReplay: delivery.attributes['operatedAt'] !== undefined,
      deadLetter: createDeadLetterPublisher(dependencies, delivery, log),
    };
  }

  /** They are stored before anything else is tried; their members are not even looked up. */
  async function giveUp(items: readonly GivenUpItem[], log: Logger): Promise<Settled> {
    const published = items.map(async ({ delivery, reason, text }) => {
      const { members: counted = '' } = delivery.attributes;
      const members = Number(/^\d{1,9}$/.exec(counted)?.[0] ?? 0);
      const deadLetter = createDeadLetterPublisher(dependencies, delivery, log);
      await deadLetter({ reason, text, members, original: delivery.data });
      return members;
    });
    const members = await Promise.all(published);
    const undecoded = items.filter(({ reason }) => UNDECODED.includes(reason));
    for (const [audience, ofAudience] of Map.groupBy(undecoded, audienceOf)) {
      if (audience === undefined) continue;
      const ofKind = Map.groupBy(ofAudience, ({ delivery }) => delivery.attributes['kind']);
      const mutations = ofKind.get('mutations') ?? [];
      const at = Math.max(...mutations.map(({ delivery }) => operatedAt(delivery)));
      if (mutations.length > 0) await deadMembers.recordDead(audience, { at });
      if (ofKind.has('create-audience')) await failCreation(audience, creation, log);
    }
    const rejected = members.reduce((total, count) => total + count, 0);
    return { counts: { ...NO_COUNTS, rejected } };
  }

  /**
   * A creation that comes to nothing for now waits in the audience map, so that nothing behind it does, and
   * is delivered again from there.
   */
  async function create(
    { message: { audience, requestId }, message, delivery }: CreationItem,
    context: { hold: Hold; log: Logger },
  ): Promise<Settled> {
    for (;;) {
      const wait = destination.paused() ?? (await createSegment(message, creation, context));
      if (wait === undefined) return { counts: NO_COUNTS };
      if (await context.hold.lookAgain()) continue;
      if (context.hold.isLost()) return { counts: NO_COUNTS, wait };
      const { publishTime: askedAt, attributes } = delivery;
      const ageMs = now() - askedAt.getTime();
      // Not long after the retry window: then it is given up on.
      const pauseMs = Math.min(pauseBeforeNextTry(ageMs, wait), retryWindowMs - ageMs);
      const dueAt = new Date(now() + Math.max(SHORTEST_PAUSE_MS, pauseMs));
      const { trace } = attributes;
      await audienceMap.postpone({ audience, requestId, trace, askedAt }, dueAt);
      dependencies.onCreationPostponed?.(dueAt);
      return { counts: NO_COUNTS, postponed: wait };
    }
  }

  /** The newest operation of each user over all of the key batch, replays left out. */
  function newestOperations(items: readonly Item[]): Map<string, number> {
    const newest = new Map<string, number>();
    for (const item of items) {
      if (item.kind !== 'mutations' || item.isReplay) continue;
      for (const mutation of item.message.mutations) {
        const user = memberIdOf(mutation, memberId) ?? '';
        newest.set(user, Math.max(newest.get(user) ?? 0, item.operatedAt));
      }
    }
    return newest;
  }

  async function deliverRun(
    run: readonly [Item, ...Item[]],
    { all, hold, log }: { all: readonly Item[]; hold: Hold; log: Logger },
  ): Promise<Settled> {
    const [first] = run;
    switch (first.kind) {
      case 'ignored':
        return { counts: NO_COUNTS };
      case 'given-up':
        return giveUp(
          run.filter((item) => item.kind === 'given-up'),
          log,
        );
      case 'create-audience':
        return create(first, { hold, log });
      case 'mutations': {
        const others = run.slice(1).filter((item) => item.kind === 'mutations');
        const newest = first.isReplay ? newestOperations(all) : new Map<string, number>();
        const isSuperseded = (user: string, at: number) => (newest.get(user) ?? 0) > at;
        const context = { hold, log, isSuperseded };
        const result = await deliverMutations([first, ...others], context);
        const { outcomes, unsupportedRemovals, wait } = result;
        return { counts: { ...countOutcomes(outcomes), unsupportedRemovals }, wait };
      }
    }
  }

  return async (messages, hold, hasCrashed = false) => {
    const startedAt = now();
    const [oldest] = messages;
    const log = correlatedLogger(dependencies.log, {
      requestId: oldest?.attributes['requestId'] ?? 'unknown',
      trace: oldest?.attributes['trace'],
    });
    let counts = NO_COUNTS;
    let leftCounts = NO_COUNTS;
    let items: Item[] = [];
    let settled = 0;
    let wait: Wait | undefined;
    let postponed: Wait | undefined;
    let hasFailed = false;
    try {
      const ids = new Set<string>();
      items = messages.map((delivery): Item => {
        // A second copy says what the first one said, and is older than what came in between.
        if (ids.has(delivery.messageId)) return { delivery, kind: 'ignored' };
        ids.add(delivery.messageId);
        return read(delivery, log, hasCrashed);
      });
      for (let run = nextRun(items, 0); run !== undefined; run = nextRun(items, settled)) {
        const result = await deliverRun(run, { all: items, hold, log });
        wait = result.wait;
        postponed ??= result.postponed;
        if (wait !== undefined) {
          leftCounts = result.counts;
          break;
        }
        counts = sumCounts(counts, result.counts);
        settled += run.length;
      }
    } catch (error) {
      hasFailed = true;
      wait = { reason: 'it failed unexpectedly' };
      logDeliveryFailed(log, oldest?.attributes['audience'], loggedError(error));
    }
    return { settled, counts, leftCounts, wait, postponed, hasFailed, report: reportOf() };

    function reportOf(): KeyBatchReport {
      const [first] = items;
      return {
        kind: oldest?.attributes['kind'] ?? 'unknown',
        audience: oldest?.attributes['audience'],
        ageMs: now() - (oldest?.publishTime.getTime() ?? now()),
        durationMs: now() - startedAt,
        deliveryAttempt: oldest?.deliveryAttempt,
        requestIds: requestsOf(items),
        forDestination: first?.kind === 'ignored' ? first.forDestination : undefined,
        log,
      };
    }
  };
}

/** As long again as half of what it has waited so far, so that it is tried less and less often. */
function pauseBeforeNextTry(ageMs: number, { remainingMs }: Wait): number {
  const pauseMs = remainingMs ?? ageMs / 2;
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, pauseMs));
}

/** The messages from `start` on that are delivered together. */
function nextRun(items: readonly Item[], start: number): [Item, ...Item[]] | undefined {
  const [first, ...rest] = items.slice(start);
  if (first === undefined) return undefined;
  const end = rest.findIndex((item) => !joins(item, first));
  return [first, ...(end === -1 ? rest : rest.slice(0, end))];
}

function joins(item: Item, first: Item): boolean {
  if (item.kind === 'ignored') return true;
  if (item.kind === 'mutations') {
    const isAlike = first.kind === 'mutations' && item.isReplay === first.isReplay;
    return isAlike && item.message.audience === first.message.audience;
  }
  return item.kind === 'given-up' && first.kind === 'given-up';
}

type GivenUpItem = Extract<Item, { kind: 'given-up' }>;

function audienceOf({ delivery }: GivenUpItem): string | undefined {
  return delivery.attributes['audience'];
}

function requestsOf(items: readonly Item[]): string[] {
  const ids = new Set<string>();
  for (const item of items) {
    if (item.kind !== 'mutations') continue;
    for (const id of item.message.requests) ids.add(id);
    if (ids.size >= MAX_LOGGED_REQUESTS) break;
  }
  return [...ids].slice(0, MAX_LOGGED_REQUESTS);
}

function tryDecode(decode: typeof decodeMessage, { data }: Delivery): Message | MessageError {
  try {
    return decode(data);
  } catch (error) {
    if (error instanceof MessageError) return error;
    throw error;
  }
}
