import pLimit from 'p-limit';
import type { Mutation } from '../../shared/audience/audience.ts';
import type { AudienceMapReader } from '../../shared/audience-map/audience-map.ts';
import { loggedError, logAudienceMapUnreadable } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import { within } from '../../shared/within.ts';

/** A look that takes longer is given up: the id is used as it came. */
const LOOK_TIMEOUT_MS = 250;
const MAX_LOOKS_AT_ONCE = 50;
const MAX_CACHED = 10_000;

/** Names mutations by the DMP's id of their audience. */
export type CanonicalAudiences = (mutations: readonly Mutation[]) => Promise<readonly Mutation[]>;

/**
 * Where CREATE_AUDIENCE answers with the segment's id, the DMP names one audience by two ids. Messages
 * are ordered by audience, so both must lead to the same one. What is found is cached; it never changes.
 */
export function createCanonicalAudiences(map: AudienceMapReader, log: Logger): CanonicalAudiences {
  const known = new Map<string, string>();

  async function canonical(id: string): Promise<string> {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const record = await within(map.find(id), LOOK_TIMEOUT_MS).catch((error: unknown) => {
      // Forward finds an audience by either id, so a map that cannot be read costs order at most.
      logAudienceMapUnreadable(log, loggedError(error));
      return undefined;
    });
    if (record?.state !== 'ready') return id;
    if (known.size >= MAX_CACHED) known.clear();
    known.set(id, record.audience.id);
    return record.audience.id;
  }

  return async (mutations) => {
    const ids = [...new Set(mutations.map(({ audience }) => audience))];
    const limit = pLimit(MAX_LOOKS_AT_ONCE);
    const names = new Map(await limit.map(ids, async (id) => [id, await canonical(id)] as const));
    return mutations.map((mutation) => ({
      ...mutation,
      audience: names.get(mutation.audience) ?? mutation.audience,
    }));
  };
}
