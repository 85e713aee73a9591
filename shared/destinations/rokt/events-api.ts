import type { Member, MicroBatch } from '../destination.ts';
import { requestIdOf, writeEventBatch } from './event-batch.ts';
import { nameProblem } from '../segment-name.ts';
import { attributeProblem } from './names.ts';
import type { EventsApiOptions } from './options.ts';
import type { Problem, RoktApi, WrittenMember } from './rokt-api.ts';
import { writeUserId } from './user-id.ts';

const MAX_BATCHES_PER_CALL = 100;
/** Of values, in characters. Counted here in UTF-16 units, which are never fewer. */
const MAX_VALUE_LENGTH = 4_096;
/**
 * 256 kB; whichever way Rokt counts, a thousand bytes are no more than a kB. The 128 kB of one batch are out of
 * reach: its id and its names are of bounded length, and take less than half of that.
 */
const MAX_BODY_BYTES = 256_000;
/** Every member counts with one separator; an array has one byte more than those. */
const ENVELOPE_BYTES = 1;

/**
 * Rokt's Event API, which is mParticle's: a member is a user with an attribute, or one of whom there
 * was an event. It says of a call only that it came.
 */
export function createEventsApi(options: EventsApiOptions): RoktApi {
  const idRules = { hashed: options.identity === 'other', maxLength: MAX_VALUE_LENGTH };
  const { batches, everyMs } = callsWithin(options.batchesPerSecond);

  function writeMember(
    operation: MicroBatch['operation'],
    member: Member,
  ): WrittenMember | Problem {
    const problem = segmentProblem(member.segment, options);
    if (problem !== undefined) return { problem: `the name of its segment ${problem}` };
    const id = writeUserId(member.user, idRules);
    if ('problem' in id) return id;
    const identified = { ...member, id: id.text, operation };
    const requestId = requestIdOf(identified, options);
    return { key: requestId, item: writeEventBatch(identified, { ...options, requestId }) };
  }

  return {
    capabilities: {
      segments: 'implicit',
      creationIdempotentBy: 'title',
      // An event cannot be taken back, and one more would only be one more conversion.
      removal: options.mode === 'attributes' ? 'native' : 'none',
      reports: 'accepted',
      maxMembersPerCall: batches,
      maxSegmentsPerCall: batches,
      maxBytesPerCall: MAX_BODY_BYTES - ENVELOPE_BYTES,
      callTimeoutMs: 10_000,
      maxConcurrentCalls: 10,
      maxCallRate: { calls: 1, perMs: everyMs },
      oneCallPerSegment: false,
    },
    baseUrl: `https://s2s.${options.pod}.mparticle.com`,
    path: '/v2/bulkevents',
    headers: { 'content-type': 'application/json', charset: 'utf-8' },
    maxBodyBytes: MAX_BODY_BYTES,
    segmentOf: (title) => {
      const prefix = options.mode === 'attributes' ? options.attributePrefix : '';
      const problem =
        options.mode === 'attributes' ? attributeProblem(title, prefix) : nameProblem(title);
      return problem === undefined
        ? { segment: prefix + title }
        : { problem: `its name ${problem}` };
    },
    writeMember,
    writeBody: ({ items }) => items,
  };
}

/** Of a segment as it was created, perhaps in another mode. */
function segmentProblem(segment: string, { mode }: EventsApiOptions): string | undefined {
  return mode === 'attributes' ? attributeProblem(segment, '') : nameProblem(segment);
}

/**
 * How to send as many batches a second as may be, in the fewest calls, and never one more. The calls stand
 * apart, lest those of two seconds arrive in one.
 */
function callsWithin(batchesPerSecond: number): { batches: number; everyMs: number } {
  const calls = Math.ceil(batchesPerSecond / MAX_BATCHES_PER_CALL);
  return { batches: Math.floor(batchesPerSecond / calls), everyMs: Math.ceil(1_000 / calls) };
}
