import { logHandlerFailed, logQueueCallFailed, loggedError } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import type { Consumer, KeyBatch, LeasedMessage } from '../queue/consumer.ts';
import { sleep } from '../sleep.ts';
import { within } from '../within.ts';
import { createAwaitedMessages, remember } from './awaited-messages.ts';
import type { CrashGuard } from './crash-guard.ts';
import { createDeliverySummary, type KeyBatchEnd } from './delivery-summary.ts';
import { createHeldBatches, type HeldBatch } from './held-batches.ts';
import type { DeliverKeyBatch, Hold, Wait } from './key-batch.ts';
import { createPutBacks } from './put-backs.ts';

/** A message that was published, as a wake tells it. */
export interface Wake {
  readonly messageId: string;
  readonly key: string;
}

/** Pulls key batches, delivers them side by side, and acknowledges each. */
export interface Drain {
  /**
   * Pulls until the queue counts as empty, and resolves then; every call leads to a pull that begins after
   * it. Without a wake it is a sweep.
   */
  look(wake?: Wake): Promise<void>;
  /**
   * Delivers something of a key while nothing else of it is delivered here. Undefined when something is, or
   * the drain has stopped: then nothing is done.
   */
  alone<Value>(key: string, deliver: () => Promise<Value>): Promise<Value | undefined>;
  /** Pulls what was put back in a second, where its wait has ended. */
  callEarly(hasEnded: (wait: Wait) => boolean): void;
  /**
   * Begins no more calls, puts back what is in none, and waits up to `timeoutMs` for those in flight. What
   * one that takes longer was sending is left to its lease.
   */
  stop(timeoutMs: number): Promise<void>;
}

export interface DrainSettings {
  readonly consumer: Consumer;
  readonly deliver: DeliverKeyBatch;
  /** Remembers over crashes which messages were in hand. */
  readonly crashGuard: CrashGuard;
  readonly callTimeoutMs: number;
  /** Members of a full call: a busy key gathers no more. */
  readonly fullCall: number;
  /** Bytes of messages held at once. */
  readonly maxBytes: number;
  readonly log: Logger;
  readonly extendEveryMs?: number;
  readonly frozenAfterMs?: number;
}

/** Leases outlast a call by it, so that each extension lets the next calls begin. */
const EXTEND_EVERY_MS = 5_000;
const LEASE_SLACK_MS = 2_000;
const SHORTEST_LEASE_MS = 15_000;
const FROZEN_AFTER_MS = 5_000;
const MAX_MESSAGES_HELD = 10_000;
/** Also where one key has more: its next key batch is as large. */
const MAX_MESSAGES_PER_PULL = 2_000;
const BUSY_PULL_MS = 1_000;
/** Pauses between pulls that are empty while a message is awaited; the last one repeats. */
const AWAIT_PULL_MS = [50, 100, 200, 400, 800, 1_000];
/** Beyond the lease of an instance that died, a message one was woken for is not awaited. */
const AWAIT_SLACK_MS = 5_000;
/** Longer put-backs are left to the next wake or sweep, so that the instance can sleep. */
const AWAKE_SECONDS = 4;
const GATHER_MS = 100;
/** While messages are pulled one by one, the next one waits so long for the end of this one. */
const CAREFUL_MS = 100;
const LOOK_AGAIN_MS = 1_000;
/** Looks at a key batch that waits before it is put back; one, if it was put back before. */
const LOOKS = 4;
const MAX_KEYS_REMEMBERED = 10_000;

const UNKNOWN_WAIT: Wait = { reason: 'unknown' };
const NOT_ACKNOWLEDGED = 'the queue did not take the acknowledgement';

/** The lease that lets calls of `callTimeoutMs` begin at any time between two extensions. */
export function leaseFor(callTimeoutMs: number): number {
  return Math.max(SHORTEST_LEASE_MS, callTimeoutMs + EXTEND_EVERY_MS + LEASE_SLACK_MS);
}

/** The rules of the drain, their reasons and figures: docs/decisions/0025. */
export function createDrain(settings: DrainSettings): Drain {
  const { consumer, deliver, crashGuard, fullCall, maxBytes, log } = settings;
  const { extendEveryMs = EXTEND_EVERY_MS, frozenAfterMs = FROZEN_AFTER_MS } = settings;
  const failed = (call: string) => (error: unknown) => {
    logQueueCallFailed(log, call, loggedError(error));
  };
  const held = createHeldBatches({
    consumer,
    callTimeoutMs: settings.callTimeoutMs,
    extendEveryMs,
    frozenAfterMs,
    onExtendFailed: failed('extend'),
  });
  const putBacks = createPutBacks(consumer);
  const summary = createDeliverySummary(log);
  const stopping = new AbortController();
  /** Keys whose calls are in flight, those of lost key batches included. */
  const keysInCalls = new Set<string>();
  /** Up to the acknowledgement. */
  const inHand = new Set<Promise<void>>();
  const awaited = createAwaitedMessages(consumer.leaseMs + AWAIT_SLACK_MS);
  /** Times of the last acknowledgement, by key. */
  const acknowledgedAt = new Map<string, number>();
  let lookAgain = new AbortController();
  let draining: Promise<void> | undefined;

  function isBusy({ batch, pulledAt }: HeldBatch): boolean {
    return pulledAt - (acknowledgedAt.get(batch.key) ?? 0) < GATHER_MS;
  }

  /** True when key batches that wait must make room for others. */
  function isCrowded(): boolean {
    const { messages, bytes } = held.size();
    return messages > MAX_MESSAGES_HELD / 2 || bytes > maxBytes / 2;
  }

  function holdOf(lease: HeldBatch): Hold {
    let looks = putBacks.timesOf(lease.batch.key) === 0 ? LOOKS : 1;
    return {
      mayCall: () => lease.mayCall(),
      isLost: () => lease.isLost(),
      lookAgain: async () => {
        looks -= 1;
        if (looks <= 0 || isCrowded() || !(await sleep(LOOK_AGAIN_MS, stopping.signal)))
          return false;
        return !lease.isLost();
      },
    };
  }

  async function settle(lease: HeldBatch): Promise<void> {
    const { batch } = lease;
    const hasCrashed = batch.messages.some((one) => crashGuard.careOf(one) === 'dead-letter');
    const result = await deliver(batch.messages, holdOf(lease), hasCrashed);
    const { settled, counts, wait } = result;
    crashGuard.survived(batch.messages);
    // Before the acknowledgement: the next messages of the key may come sooner than its answer.
    keysInCalls.delete(batch.key);
    if (lease.isLost()) {
      held.release(lease);
      awaited.expectAgain(batch.messages);
      report({ result, acknowledged: 0, left: batch.messages.length, reason: 'the lease ended' });
      return;
    }
    const done = batch.messages.slice(0, settled);
    const rest = batch.messages.slice(settled);
    const isFullCall = counts.delivered + counts.rejected >= fullCall;
    if (rest.length === 0 && !isFullCall && isBusy(lease)) {
      await sleep(Math.max(0, lease.pulledAt + GATHER_MS - Date.now()), stopping.signal);
    }
    held.release(lease);
    const isAcknowledged = done.length === 0 || (await acknowledge(batch.key, done));
    if (isAcknowledged) report({ result, acknowledged: done.length, left: rest.length });
    else report({ result, acknowledged: 0, left: batch.messages.length, reason: NOT_ACKNOWLEDGED });
    if (rest.length === 0) putBacks.forget(batch.key);
    else await putBack({ key: batch.key, messages: rest }, wait ?? UNKNOWN_WAIT);
  }

  async function acknowledge(key: string, done: readonly LeasedMessage[]): Promise<boolean> {
    remember(acknowledgedAt, key, MAX_KEYS_REMEMBERED);
    try {
      await consumer.acknowledge(done);
      return true;
    } catch (error) {
      failed('acknowledge')(error);
      awaited.expectAgain(done);
      return false;
    }
  }

  function report(end: KeyBatchEnd): void {
    summary.add(end);
    // No pull comes any more that would write it.
    if (stopping.signal.aborted) summary.write();
  }

  async function putBack(batch: KeyBatch, wait: Wait): Promise<void> {
    try {
      if (stopping.signal.aborted) await consumer.putBack(batch.messages, 1);
      else if ((await putBacks.add(batch, wait)) <= AWAKE_SECONDS)
        awaited.expectAgain(batch.messages);
    } catch (error) {
      failed('put back')(error);
    }
  }

  /** Counts as work until it is over. */
  function track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      inHand.delete(tracked);
      lookAgain.abort();
    });
    inHand.add(tracked);
  }

  /** Puts a key batch back for a second, and does not take its key for one that waits. */
  function defer({ messages }: KeyBatch): void {
    track(consumer.putBack(messages, 1).catch(failed('put back')));
  }

  async function take(batches: readonly KeyBatch[], pulledAt: number): Promise<void> {
    const isCareful = crashGuard.isCareful();
    for (const batch of batches) {
      putBacks.cameAgain(batch.key);
      awaited.arrived(batch.messages);
      const lease = held.hold(batch, pulledAt);
      if (keysInCalls.has(batch.key)) {
        held.release(lease);
        defer(batch);
        continue;
      }
      keysInCalls.add(batch.key);
      if (isCareful) await settleCarefully(lease);
      else track(settle(lease));
    }
  }

  async function settleCarefully(lease: HeldBatch): Promise<void> {
    const { messages } = lease.batch;
    const isAlone = messages.some((message) => crashGuard.careOf(message) !== 'none');
    if (isAlone) await Promise.all(inHand);
    await crashGuard.note(held.all().flatMap(({ batch }) => batch.messages));
    const settled = settle(lease);
    track(settled);
    // Most are done by then, so that few messages are in hand when one crashes the process.
    await (isAlone ? settled : within(settled, CAREFUL_MS));
  }

  /** Undefined when it fails or there is no room: the queue may hold messages then. */
  async function pull(): Promise<KeyBatch[] | undefined> {
    const { messages, bytes } = held.size();
    const atOnce = crashGuard.isCareful() ? 1 : MAX_MESSAGES_PER_PULL;
    const maxMessages = Math.min(atOnce, MAX_MESSAGES_HELD - messages);
    if (maxMessages <= 0 || bytes >= maxBytes) return undefined;
    try {
      // Half of the room: a key with a large backlog leaves some for the others.
      return await consumer.pull({ maxMessages, maxBytes: (maxBytes - bytes) / 2 });
    } catch (error) {
      failed('pull')(error);
      return undefined;
    }
  }

  async function drain(): Promise<void> {
    await crashGuard.begin();
    const isStopping = () => stopping.signal.aborted;
    for (let empty = 0; !isStopping();) {
      summary.writeIfDue();
      lookAgain = new AbortController();
      const { signal } = lookAgain;
      const pulledAt = Date.now();
      const batches = await pull();
      held.noticeFreeze();
      // Its leases may have ended: it comes again.
      if (pulledAt < held.thawedAt()) continue;
      if (isStopping()) for (const batch of batches ?? []) defer(batch);
      else if (batches !== undefined && batches.length > 0) {
        empty = 0;
        await take(batches, pulledAt);
        continue;
      }
      const isIdle = inHand.size === 0;
      if (isIdle) await crashGuard.note([]);
      // An empty pull that began after the last wake and the last acknowledgement, and nothing awaited.
      if (batches !== undefined && isIdle && !awaited.areAny() && !signal.aborted) break;
      const pauseMs = isIdle && batches !== undefined ? AWAIT_PULL_MS[empty++] : undefined;
      await sleep(pauseMs ?? BUSY_PULL_MS, signal);
    }
    summary.write();
    // In the turn of the last look: a wake finds the drain running, or begins anew.
    draining = undefined;
  }

  return {
    look: (wake) => {
      if (stopping.signal.aborted) return Promise.resolve();
      // A key that was put back comes when its time is over, and the sweep looks for it.
      if (wake !== undefined && !putBacks.isAway(wake.key)) awaited.announce(wake.messageId);
      return beginOrJoin();
    },
    alone: async (key, deliverAlone) => {
      if (stopping.signal.aborted || keysInCalls.has(key)) return undefined;
      keysInCalls.add(key);
      try {
        return await deliverAlone();
      } finally {
        keysInCalls.delete(key);
      }
    },
    callEarly: (hasEnded) => {
      const called = putBacks.callEarly(hasEnded).then((messages) => {
        awaited.expectAgain(messages);
        if (messages.length > 0 && !stopping.signal.aborted) void beginOrJoin();
      });
      track(called.catch(failed('put back')));
    },
    stop: async (timeoutMs) => {
      held.stop();
      stopping.abort();
      lookAgain.abort();
      const deadline = Date.now() + timeoutMs;
      // A pull in flight is not aborted: what it hands out is put back as well.
      await within(draining ?? Promise.resolve(), timeoutMs / 2);
      await within(Promise.all(inHand), deadline - Date.now());
      // What is still in a call comes again when its lease ends: not before the call has.
      for (const lease of held.all()) held.release(lease);
      await crashGuard.end();
    },
  };

  /** Pulls once more, in the drain that runs or in a new one. */
  function beginOrJoin(): Promise<void> {
    lookAgain.abort();
    draining ??= drain().catch((error: unknown) => {
      draining = undefined;
      logHandlerFailed(log, loggedError(error));
    });
    return draining;
  }
}
