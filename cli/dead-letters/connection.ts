import type { DeadLetterOperations } from '../../shared/dead-letters/dead-letter-operations.ts';

/** Where the dead letters are, ready to be worked on. */
export interface Connection {
  readonly operations: DeadLetterOperations;
  close(): Promise<void>;
}
