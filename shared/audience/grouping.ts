/** From the entries of one request to what its messages hold: pure functions. */
import type { Mutation, Operation, RejectedEntry, User } from './audience.ts';
import { encodeIds, type RejectedEntriesMessage } from './message.ts';
import { orderingKeyOfShard, shardOf, type Sharding } from './shard.ts';

/** Bytes of members in a message: far from Pub/Sub's limit of 10 MB, even wrapped and in base64. */
export const MAX_MESSAGE_BYTES = 1_000_000;
/** An invalid entry is kept up to this many characters of its JSON. */
const MAX_ENTRY_LENGTH = 100_000;

/** Mutations of one ordering key and operation, in their order, encoded: groups make a message. */
export interface MutationGroup {
  readonly orderingKey: string;
  readonly audience: string;
  readonly operation: Operation;
  readonly members: number;
  /** Their ids, as {@link encodeIds} makes them. */
  readonly ids: string;
  readonly bytes: number;
}

/** The mutations by ordering key, in groups of one operation and at most `maxBytes`. */
export function groupMutations(
  mutations: readonly Mutation[],
  sharding: Sharding,
  maxBytes = MAX_MESSAGE_BYTES,
): MutationGroup[] {
  const groups: MutationGroup[] = [];
  // By audience first: to write an ordering key for every mutation takes longer than to group twice.
  for (const [audience, ofAudience] of groupByAudience(mutations)) {
    for (const [shard, ofShard] of groupByShard(ofAudience, sharding)) {
      const orderingKey = orderingKeyOfShard(audience, shard);
      for (const { operation, users } of runsOfOperation(ofShard)) {
        groups.push(...encode(users, { orderingKey, audience, operation }, maxBytes));
      }
    }
  }
  return groups;
}

/** Most requests have one audience and one shard: then nothing is copied. */
function groupByAudience(mutations: readonly Mutation[]) {
  const [first] = mutations;
  const isOfOne = first !== undefined && mutations.every((one) => one.audience === first.audience);
  if (isOfOne) return [[first.audience, mutations]] as const;
  return Map.groupBy(mutations, ({ audience }) => audience);
}

function groupByShard(mutations: readonly Mutation[], sharding: Sharding) {
  if (sharding.shards === 1) return [[0, mutations]] as const;
  return Map.groupBy(mutations, ({ user }) => shardOf(user, sharding));
}

/** The users of mutations that follow each other and have one operation. A replay may mix operations. */
function runsOfOperation(mutations: readonly Mutation[]) {
  const runs: { operation: Operation; users: User[] }[] = [];
  let run: (typeof runs)[number] | undefined;
  for (const { operation, user } of mutations) {
    if (run?.operation !== operation) {
      run = { operation, users: [] };
      runs.push(run);
    }
    run.users.push(user);
  }
  return runs;
}

/** All at once, and one by one only what does not fit: that takes several times as long. */
function encode(
  users: readonly User[],
  head: Pick<MutationGroup, 'orderingKey' | 'audience' | 'operation'>,
  maxBytes: number,
): MutationGroup[] {
  const ids = encodeIds(users);
  const bytes = jsonBytes(ids);
  if (bytes <= maxBytes) return [{ ...head, members: users.length, ids, bytes }];
  const sized = users.map((user) => {
    const item = encodeIds([user]);
    return { item, bytes: jsonBytes(item) };
  });
  return chunkByBytes(sized, maxBytes).map(({ items, bytes: ofItems }) => ({
    ...head,
    members: items.length,
    ids: items.join(','),
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

/** Bytes of an item in a list, its comma included. */
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
