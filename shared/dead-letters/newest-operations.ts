import type { MemberId } from '../audience/shard.ts';
import type { StoredDeadLetter } from './dead-letter-store.ts';
import { memberDigests, originalOf } from './original.ts';

/** Where the newest dead operation of each user in each audience stands. */
export interface NewestOperations {
  /** `index`: the position among the mutations of the letter. */
  isNewest(digest: string, letterId: string, index: number): boolean;
}

/** Goes through dead letters of one destination, the oldest first. */
export function newestOperations(
  letters: readonly StoredDeadLetter[],
  memberId: MemberId,
): NewestOperations {
  const newest = new Map<string, { letterId: string; index: number }>();
  for (const { id, deadLetter } of letters) {
    const original = originalOf(deadLetter);
    if (original.kind !== 'mutations') continue;
    for (const [index, digest] of memberDigests(original, memberId).entries()) {
      if (digest !== undefined) newest.set(digest, { letterId: id, index });
    }
  }
  return {
    isNewest: (digest, letterId, index) => {
      const found = newest.get(digest);
      return found?.letterId === letterId && found.index === index;
    },
  };
}
