import { signCall, type SignedCall } from '../cli/dmp/dmp-client.ts';

export const SECRET = 'local-secret';
/** The DMP's micro-batches, today. */
export const MUTATIONS_PER_REQUEST = 100;

/** Ids of so many audiences, as long as the DMP's. */
export function audienceIds(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `a5940e473cea659.${String(index).padStart(18, '3')}`,
  );
}

export interface Target {
  readonly url: string;
  readonly audiences: readonly string[];
  /** How the users of one request are spread: over one audience, or over all of them. */
  readonly spread: 'one-audience' | 'all-audiences';
}

/**
 * A signed ADD_TO_AUDIENCE request with entries as long as the DMP's; every `index` has other users, which
 * {@link usersOf} names.
 * Source: Mapp DIY integration, sample of ADD_TO_AUDIENCE (documented).
 */
export function microBatch(
  { url, audiences, spread }: Target,
  index: number,
  mutationsInIt = MUTATIONS_PER_REQUEST,
): SignedCall {
  const users = usersOf(index).slice(0, mutationsInIt);
  const mutations = users.map((user, at) => ({
    Uuid: `ab043529-3e55-4672-52f0-${user.padStart(12, '0')}`,
    Audience: audiences[(spread === 'one-audience' ? index : index + at) % audiences.length],
    Customer: 123,
    Platform: 113,
    External_user_id: user,
  }));
  return signCall({ url, secret: SECRET }, 'ADD_TO_AUDIENCE', { Mutations: mutations });
}

/** The third party's ids of the users in the request with this index. */
export function usersOf(index: number): string[] {
  const first = 12_000_000_000 + index * MUTATIONS_PER_REQUEST;
  return Array.from({ length: MUTATIONS_PER_REQUEST }, (_, at) => String(first + at));
}
