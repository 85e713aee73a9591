import type { CrashRecord, CrashStore } from './crash-guard.ts';

/** The record in the memory of the process: for queues that do not survive it either. */
export function createEmbeddedCrashStore(): CrashStore {
  let record: CrashRecord | undefined;
  return {
    read: () => Promise.resolve(record),
    write: (next) => {
      record = next;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
