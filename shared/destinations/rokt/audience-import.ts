import type { Member } from '../destination.ts';
import { listProblem } from './names.ts';
import type { ImportOptions } from './options.ts';
import type { Problem, RoktApi, WrittenMember } from './rokt-api.ts';
import { writeUserId } from './user-id.ts';

/** None is documented. */
const MAX_BODY_BYTES = 1_000_000;
/** More than all of a body takes that is no member. */
const ENVELOPE_BYTES = 2_000;
/** No address is longer, as RFC 3696 counts. */
const MAX_ID_LENGTH = 320;

/**
 * Rokt's import of custom audiences: a list by its name, with the emails to include in it or to
 * exclude from it. It is there with its first member.
 */
export function createAudienceImport(options: ImportOptions): RoktApi {
  const { accountId, identifier, membersPerCall, callsPerSecond } = options;
  const idRules = { hashed: identifier === 'sha256', maxLength: MAX_ID_LENGTH };

  return {
    capabilities: {
      segments: 'implicit',
      creationIdempotentBy: 'title',
      removal: 'native',
      reports: 'all-or-nothing',
      maxMembersPerCall: membersPerCall,
      maxSegmentsPerCall: 1,
      maxBytesPerCall: MAX_BODY_BYTES - ENVELOPE_BYTES,
      callTimeoutMs: 30_000,
      maxConcurrentCalls: 4,
      maxCallRate: { calls: callsPerSecond, perMs: 1_000 },
      oneCallPerSegment: false,
    },
    baseUrl: 'https://data.rokt.com',
    path: '/v3/import/suppression',
    headers: { 'content-type': 'application/json' },
    maxBodyBytes: MAX_BODY_BYTES,
    segmentOf: (title) => {
      const problem = listProblem(title);
      return problem === undefined ? { segment: title } : { problem: `its name ${problem}` };
    },
    writeMember: (_operation, { segment, user }: Member): WrittenMember | Problem => {
      const problem = listProblem(segment);
      if (problem !== undefined) return { problem: `the name of its segment ${problem}` };
      const id = writeUserId(user, idRules);
      return 'problem' in id ? id : { key: id.text, item: id.text };
    },
    writeBody: ({ operation, segment, items }) => ({
      accountId,
      action: operation === 'add' ? 'include' : 'exclude',
      list: segment,
      [identifier === 'sha256' ? 'sha256s' : 'emails']: items,
    }),
  };
}
