/**
 * Where dead letters wait for an operator. Implementations: embedded-dead-letter-store.ts and
 * pubsub-dead-letter-store.ts; both pass test/contracts/dead-letter-store.contract.ts.
 */
import type { DeadLetter } from './dead-letter.ts';

export interface StoredDeadLetter {
  /** Stays the same from session to session. */
  readonly id: string;
  readonly deadLetter: DeadLetter;
}

export interface DeadLetterStore {
  /**
   * Takes the dead letters that no other session holds.
   * @throws PlatformError QUEUE_UNAVAILABLE when the store does not answer.
   */
  open(): Promise<DeadLetterSession>;
  /** Ends the connection; close sessions before. */
  close(): Promise<void>;
}

/**
 * The dead letters as they were when the session was opened. No other session gets them meanwhile; what
 * comes meanwhile may also have to wait for its end.
 */
export interface DeadLetterSession {
  /** The oldest operation first. */
  readonly letters: readonly StoredDeadLetter[];
  /** False when there are more than a session takes. */
  readonly complete: boolean;
  /** Messages that are no dead letters; they are left alone. */
  readonly unreadable: number;
  /**
   * Removes letters of this session for good; other ids are ignored.
   * @throws PlatformError QUEUE_UNAVAILABLE (retryable) when they may be there still.
   */
  remove(ids: readonly string[]): Promise<void>;
  /** Leaves the rest where it is; the next session gets it at once. */
  close(): Promise<void>;
}

/** What a session takes at most: it is held in memory. */
export interface SessionLimits {
  readonly maxLetters: number;
  readonly maxBytes: number;
}

export const SESSION_LIMITS: SessionLimits = { maxLetters: 10_000, maxBytes: 100_000_000 };
