import type { User } from './audience.ts';

/** Which of a user's two ids the third party knows. */
export type MemberId = 'external_user_id' | 'uuid';

export interface Sharding {
  /** Ordering keys of one audience. More: more messages delivered side by side, and smaller ones. */
  readonly shards: number;
  readonly memberId: MemberId;
}

/** The user's id at the third party; undefined when they were never synced. */
export function memberIdOf(user: User, memberId: MemberId): string | undefined {
  return memberId === 'uuid' ? user.uuid : user.externalUserId;
}

/**
 * The ordering key of a user's mutations in an audience. It follows the id the third party knows, since
 * what must stay in order there are the operations of that id.
 */
export function orderingKeyOf(audience: string, user: User, sharding: Sharding): string {
  return orderingKeyOfShard(audience, shardOf(user, sharding));
}

/** Which of its audience's shards, from 0, a user's mutations are in. */
export function shardOf(user: User, { shards, memberId }: Sharding): number {
  const id = memberIdOf(user, memberId) ?? user.uuid ?? user.externalUserId ?? '';
  return hash(id) % shards;
}

/** The ordering key of all mutations in a shard. */
export function orderingKeyOfShard(audience: string, shard: number): string {
  return `mutate:${audience}:${shard}`;
}

/** FNV-1a over the characters, 32 bit: it must only spread, and stay the same for ever. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  // The lowest bits of FNV-1a are its weakest.
  return (value ^ (value >>> 15)) >>> 0;
}
