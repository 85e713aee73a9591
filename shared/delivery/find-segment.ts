import type { Audience } from '../audience/audience.ts';
import { MESSAGE_VERSION, type MutationsMessage } from '../audience/message.ts';
import type { AudienceRecord } from '../audience-map/audience-map.ts';
import type { Logger } from '../logger.ts';
import { createSegment, type CreationDependencies } from './create-segment.ts';

const MAX_CACHED = 10_000;

export interface FoundSegment {
  readonly segment: string;
  /** The DMP's id of the audience, also when the message names the segment. */
  readonly audience: string;
}

export interface FinderDependencies extends CreationDependencies {
  readonly unknownAudience: 'wait' | 'create';
}

/** Finds the segment of a message's audience, or says why it must wait. */
export type FindSegment = (
  message: MutationsMessage,
  log: Logger,
) => Promise<FoundSegment | { readonly waitReason: string }>;

/** What is found is cached: a segment that is ready stays the audience's. */
export function createSegmentFinder(dependencies: FinderDependencies): FindSegment {
  const { audienceMap, unknownAudience, now = Date.now } = dependencies;
  const known = new Map<string, FoundSegment>();

  async function create(
    audience: Audience,
    { requests: [requestId = 'unknown'] }: MutationsMessage,
    log: Logger,
  ): Promise<AudienceRecord | undefined> {
    const kind = 'create-audience';
    await createSegment({ version: MESSAGE_VERSION, kind, requestId, audience }, dependencies, log);
    return audienceMap.find(audience.id);
  }

  return async (message, log) => {
    const cached = known.get(message.audience);
    if (cached !== undefined) return cached;
    let record = await audienceMap.find(message.audience);
    // One that is being created may have been left so by a creation that came to nothing.
    if (unknownAudience === 'create' && (record === undefined || record.state === 'creating')) {
      const { audience: id } = message;
      // Nobody told us the audience's name, so the segment bears its id.
      record = await create(record?.audience ?? { id, name: id }, message, log);
    }
    if (record?.state !== 'ready') {
      return { waitReason: `the audience is ${record?.state ?? 'unknown'}` };
    }
    if (record.readyAt !== undefined && record.readyAt.getTime() > now()) {
      return { waitReason: 'the segment was just created, and takes no members yet' };
    }
    if (known.size >= MAX_CACHED) known.clear();
    const found = { segment: record.segment, audience: record.audience.id };
    known.set(message.audience, found);
    return found;
  };
}
