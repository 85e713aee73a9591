/** From the entries of one request to what its messages hold: pure functions. */
import type { Mutation, RejectedEntry } from './audience.ts';
import { MESSAGE_VERSION, type RejectedEntriesMessage } from './message.ts';
import { orderingKeyOfShard, shardOf, type Sharding } from './shard.ts';

/** Bytes of members in a message: far from Pub/Sub's limit of 10 MB, even wrapped and in base64. */
export const MAX_MESSAGE_BYTES = 1_000_000;
/** An invalid entry is kept up to this many characters of its JSON. */
const MAX_ENTRY_LENGTH = 100_000;

/** Mutations of one ordering key, in their order, encoded: several groups make a message. */
export interface MutationGroup {
  readonly orderingKey: string;
  readonly audience: string;
  readonly members: number;
  /** Their JSON, separated by commas. */
  readonly json: string;
  readonly bytes: number;
}

/** The mutations by ordering key, in groups of at most `maxBytes`. */
export function groupMutations(
  mutations: readonly Mutation[],
  sharding: Sharding,
  maxBytes = MAX_MESSAGE_BYTES,
): MutationGroup[] {
  const groups: MutationGroup[] = [];
  // By audience first: to write an ordering key for every mutation takes longer than to group twice.
  for (const [audience, ofAudience] of Map.groupBy(mutations, (mutation) => mutation.audience)) {
    const byShard = Map.groupBy(ofAudience, ({ user }) => shardOf(user, sharding));
    for (const [shard, ofShard] of byShard) {
      const orderingKey = orderingKeyOfShard(audience, shard);
      groups.push(...encode(ofShard, { orderingKey, audience }, maxBytes));
    }
  }
  return groups;
}

/** All at once, and one by one only what does not fit: that takes twice the time. */
function encode(
  mutations: readonly Mutation[],
  { orderingKey, audience }: Pick<MutationGroup, 'orderingKey' | 'audience'>,
  maxBytes: number,
): MutationGroup[] {
  const entries = mutations.map(({ operation, user: { uuid, externalUserId } }) => ({
    operation,
    uuid,
    externalUserId,
  }));
  const json = JSON.stringify(entries).slice(1, -1);
  const bytes = jsonBytes(json);
  if (bytes <= maxBytes) return [{ orderingKey, audience, members: entries.length, json, bytes }];
  const sized = entries.map((entry) => {
    const item = JSON.stringify(entry);
    return { item, bytes: jsonBytes(item) };
  });
  return chunkByBytes(sized, maxBytes).map(({ items, bytes: ofItems }) => ({
    orderingKey,
    audience,
    members: items.length,
    json: items.join(','),
    bytes: ofItems,
  }));
}

/** The messages that bring invalid entries to the dead letters. */
export function groupRejected(
  rejected: readonly RejectedEntry[],
  maxBytes = MAX_MESSAGE_BYTES,
): RejectedEntriesMessage[] {
  const bounded = rejected.map(({ reason, operation, entry }) => {
    const kept = { reason, operation, entry: entryText(entry) };
    return { item: kept, bytes: jsonBytes(JSON.stringify(kept)) };
  });
  return chunkByBytes(bounded, maxBytes).map(({ items }) => ({
    version: MESSAGE_VERSION,
    kind: 'rejected-entries',
    entries: items,
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

/** What an item takes in an array, its comma included. */
function jsonBytes(json: string): number {
  return Buffer.byteLength(json) + 1;
}

interface Sized<Item> {
  readonly item: Item;
  readonly bytes: number;
}

/** Splits in order, so that the items of each chunk stay within `maxBytes`. */
function chunkByBytes<Item>(sized: readonly Sized<Item>[], maxBytes: number) {
  const chunks: { items: Item[]; bytes: number }[] = [];
  for (const { item, bytes } of sized) {
    const current = chunks.at(-1);
    if (current !== undefined && current.bytes + bytes <= maxBytes) {
      current.items.push(item);
      current.bytes += bytes;
    } else {
      chunks.push({ items: [item], bytes });
    }
  }
  return chunks;
}
