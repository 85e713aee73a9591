/** From the entries of one request to the messages that carry them: pure functions. */
import type { Mutation, RejectedEntry } from './audience.ts';
import { MESSAGE_VERSION, type MutationsMessage, type RejectedEntriesMessage } from './message.ts';

/** Bytes of members in a message: far from Pub/Sub's limit of 10 MB, even wrapped and in base64. */
export const MAX_MESSAGE_BYTES = 1_000_000;
/** An invalid entry is kept up to this many characters of its JSON. */
const MAX_ENTRY_LENGTH = 100_000;

/** One or more messages per audience, the mutations of an audience in their order. */
export function groupMutations(
  mutations: readonly Mutation[],
  maxBytes = MAX_MESSAGE_BYTES,
): MutationsMessage[] {
  const byAudience = Map.groupBy(mutations, (mutation) => mutation.audience);
  return [...byAudience].flatMap(([audience, ofAudience]) => {
    const entries = ofAudience.map(({ operation, user: { uuid, externalUserId } }) => ({
      operation,
      ...(uuid === undefined ? {} : { uuid }),
      ...(externalUserId === undefined ? {} : { externalUserId }),
    }));
    return chunkByBytes(entries, maxBytes).map((chunk): MutationsMessage => ({
      version: MESSAGE_VERSION,
      kind: 'mutations',
      audience,
      mutations: chunk,
    }));
  });
}

/** The messages that bring invalid entries to the dead letters. */
export function groupRejected(
  rejected: readonly RejectedEntry[],
  maxBytes = MAX_MESSAGE_BYTES,
): RejectedEntriesMessage[] {
  const bounded = rejected.map(({ reason, operation, entry }) => ({
    reason,
    operation,
    entry: entryText(entry),
  }));
  return chunkByBytes(bounded, maxBytes).map((entries) => ({
    version: MESSAGE_VERSION,
    kind: 'rejected-entries',
    entries,
  }));
}

/** The entry as text: it may be nested deeper than the next hop can take apart. */
function entryText(entry: unknown): string {
  try {
    return JSON.stringify(entry).slice(0, MAX_ENTRY_LENGTH);
  } catch (error) {
    // JSON.parse takes any depth, JSON.stringify has a stack to overflow.
    if (error instanceof RangeError) return '(nested too deeply to be kept)';
    throw error;
  }
}

/** Splits in order, so that the JSON of each chunk's items stays within `maxBytes`. */
function chunkByBytes<Item>(items: readonly Item[], maxBytes: number): Item[][] {
  const chunks: Item[][] = [];
  let room = 0;
  for (const item of items) {
    const bytes = Buffer.byteLength(JSON.stringify(item)) + 1;
    const current = chunks.at(-1);
    if (current !== undefined && bytes <= room) {
      current.push(item);
      room -= bytes;
    } else {
      chunks.push([item]);
      room = maxBytes - bytes;
    }
  }
  return chunks;
}
