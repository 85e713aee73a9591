/**
 * Keeps a message that crashes the process from stopping all others. Nothing is written while processes
 * end in order. After a crash, until the leases of the crashed process have ended, messages are pulled
 * one by one, and noted before they are delivered. A message that was in hand at a crash is delivered
 * alone; one that was in hand at three is a dead letter.
 */
import type { LeasedMessage } from '../queue/consumer.ts';

/** A message that was noted as in hand. */
export interface NotedMessage {
  readonly messageId: string;
  /** Crashes at which it was in hand. */
  readonly crashes: number;
}

/** The record that one process of a destination leaves to the next. */
export interface CrashRecord {
  /** False once the process has ended in order. */
  readonly isRunning: boolean;
  readonly inHand: readonly NotedMessage[];
  /** Messages that were in hand at earlier crashes, and were not delivered since. */
  readonly earlier: readonly NotedMessage[];
}

/**
 * Keeps the record of a destination. Implementations: embedded-crash-store.ts and
 * firestore-crash-store.ts; both pass test/contracts/crash-store.contract.ts.
 */
export interface CrashStore {
  /** @throws PlatformError AUDIENCE_MAP_UNAVAILABLE (retryable) when the store fails */
  read(): Promise<CrashRecord | undefined>;
  /** @throws PlatformError AUDIENCE_MAP_UNAVAILABLE (retryable) when the store fails */
  write(record: CrashRecord): Promise<void>;
  close(): Promise<void>;
}

export interface CrashGuard {
  /** Reads, once, how the process before this one ended. */
  begin(): Promise<void>;
  /** True for a while after a crash: pull one message at a time, and call `note`. */
  isCareful(): boolean;
  /** The care that a message needs, as it was in hand at none, one or two, or three crashes. */
  careOf(message: LeasedMessage): 'none' | 'alone' | 'dead-letter';
  /** Notes the messages in hand. Resolves when it is stored, or cannot be. */
  note(inHand: readonly LeasedMessage[]): Promise<void>;
  /** Forgets messages that were delivered without a crash. */
  survived(messages: readonly LeasedMessage[]): void;
  /** Notes that the process ends in order. */
  end(): Promise<void>;
}

export interface CrashGuardSettings {
  readonly store: CrashStore;
  /** Leases of the process before this one last so long after its crash. */
  readonly leaseMs: number;
  readonly onStoreFailed: (error: unknown) => void;
}

const CRASHES_OF_A_DEAD_LETTER = 3;
const SLACK_MS = 2_000;
/** Far below what a Firestore document takes (1 MB). */
const MAX_EARLIER = 1_000;

export function createCrashGuard({
  store,
  leaseMs,
  onStoreFailed,
}: CrashGuardSettings): CrashGuard {
  /** Messages that were in hand at crashes, by id: how many. */
  const crashes = new Map<string, number>();
  let carefulUntil = 0;
  let isNoted = false;
  let begun: Promise<void> | undefined;

  async function write(isRunning: boolean, messageIds: readonly string[] = []): Promise<void> {
    const inHand = messageIds.map((messageId) => ({
      messageId,
      crashes: crashes.get(messageId) ?? 0,
    }));
    isNoted = inHand.length > 0;
    const noted = new Set(messageIds);
    // Their leases may run still: without them two messages that crash the process in turn are never counted.
    const earlier = [...crashes]
      .filter(([messageId]) => isRunning && !noted.has(messageId))
      .map(([messageId, count]) => ({ messageId, crashes: count }))
      .slice(-MAX_EARLIER);
    // Without its record a crash is one that left no trace: nothing else depends on it.
    await store.write({ isRunning, inHand, earlier }).catch(onStoreFailed);
  }

  async function read(): Promise<void> {
    const record = await store.read().catch((error: unknown) => {
      onStoreFailed(error);
      return undefined;
    });
    if (record?.isRunning !== true) return write(true);
    carefulUntil = Date.now() + leaseMs + SLACK_MS;
    for (const { messageId, crashes: before } of record.earlier) crashes.set(messageId, before);
    for (const { messageId, crashes: before } of record.inHand) crashes.set(messageId, before + 1);
  }

  return {
    begin: () => (begun ??= read()),
    isCareful: () => Date.now() < carefulUntil,
    careOf: ({ messageId }) => {
      const count = crashes.get(messageId) ?? 0;
      if (count >= CRASHES_OF_A_DEAD_LETTER) return 'dead-letter';
      return count > 0 ? 'alone' : 'none';
    },
    note: async (inHand) => {
      if (inHand.length > 0 || isNoted)
        await write(
          true,
          inHand.map(({ messageId }) => messageId),
        );
    },
    survived: (messages) => {
      for (const { messageId } of messages) crashes.delete(messageId);
    },
    end: async () => {
      await begun;
      if (begun !== undefined) await write(false);
    },
  };
}
