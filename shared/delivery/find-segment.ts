import type { Audience } from '../audience/audience.ts';
import type { MutationsMessage } from '../audience/message.ts';
import type { AudienceRecord } from '../audience-map/audience-map.ts';
import {
  createSegment,
  type CreationContext,
  type CreationDependencies,
} from './create-segment.ts';
import type { Wait } from './key-batch.ts';

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
  context: CreationContext,
) => Promise<FoundSegment | Wait>;

/** What is found is cached: a segment that is ready stays the audience's. */
export function createSegmentFinder(dependencies: FinderDependencies): FindSegment {
  const { audienceMap, unknownAudience, now = Date.now } = dependencies;
  const known = new Map<string, FoundSegment>();
  const reads = new Map<string, Promise<AudienceRecord | undefined>>();

  async function create(
    audience: Audience,
    { requests: [requestId = 'unknown'] }: MutationsMessage,
    context: CreationContext,
  ): Promise<AudienceRecord | undefined> {
    const message = { kind: 'create-audience', requestId, audience } as const;
    await createSegment(message, dependencies, context);
    return audienceMap.find(audience.id);
  }

  /** The key batches of an audience that look at the same time share one read. */
  function read(id: string): Promise<AudienceRecord | undefined> {
    const reading = reads.get(id) ?? audienceMap.find(id).finally(() => reads.delete(id));
    reads.set(id, reading);
    return reading;
  }

  return async (message, context) => {
    const cached = known.get(message.audience);
    if (cached !== undefined) return cached;
    let record = await read(message.audience);
    // One that is being created may have been left so by a creation that came to nothing.
    if (unknownAudience === 'create' && (record === undefined || record.state === 'creating')) {
      const { audience: id } = message;
      // Nobody told us the audience's name, so the segment bears its id.
      record = await create(record?.audience ?? { id, name: id }, message, context);
    }
    if (record?.state !== 'ready') {
      const reason = `the audience is ${record?.state ?? 'unknown'}`;
      return { reason, audience: message.audience };
    }
    if (record.readyAt !== undefined && record.readyAt.getTime() > now()) {
      const reason = 'the segment was just created, and takes no members yet';
      return { reason, remainingMs: record.readyAt.getTime() - now() };
    }
    if (known.size >= MAX_CACHED) known.clear();
    const found = { segment: record.segment, audience: record.audience.id };
    known.set(message.audience, found);
    return found;
  };
}
