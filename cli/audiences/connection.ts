import type { AudienceOperations } from './audience-operations.ts';

/** Where the audiences are, ready to be worked on. */
export interface AudienceConnection {
  readonly operations: AudienceOperations;
  close(): Promise<void>;
}
