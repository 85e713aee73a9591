/** The settings of a deployment that cost and limits depend on, by their names in terraform/variables.tf. */
export interface FunctionSettings {
  readonly concurrency: number;
  readonly cpu: number;
  readonly memoryMib: number;
  readonly minInstances: number;
  readonly maxInstances: number;
}

export interface Settings {
  readonly shards: number;
  readonly intake: FunctionSettings;
  readonly forward: FunctionSettings;
  /** Not settings: what the code does, to see what it buys. */
  readonly groupCommit: boolean;
  readonly coalescing: boolean;
  /** Whether Cloud Run's own log line of each request is kept; an exclusion of the project's, not ours. */
  readonly platformRequestLogs: boolean;
}

/** What terraform/variables.tf has. */
export const DEFAULTS: Settings = {
  shards: 1,
  intake: {
    concurrency: 80,
    cpu: 1,
    memoryMib: 512,
    minInstances: 1,
    maxInstances: 10,
  },
  forward: { concurrency: 100, cpu: 1, memoryMib: 1024, minInstances: 0, maxInstances: 1 },
  groupCommit: true,
  coalescing: true,
  platformRequestLogs: true,
};

/** As terraform/main.tf shares an instance's memory out: bytes of requests it holds at once. */
const PENDING_BYTES_PER_MIB = 65_536;

/** Bytes of requests, or of pushes, that an instance holds before it answers 503. */
export function maxPendingBytes({ memoryMib }: FunctionSettings): number {
  return memoryMib * PENDING_BYTES_PER_MIB;
}
