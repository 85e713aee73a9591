import { Refusal } from './answers.ts';
import { parseJson } from './call.ts';
import type { Platform } from './platform.ts';

const maxMembersPerCall = 1000;

/** One user and the segment to put it in or take it out of. */
export interface Member {
  readonly segmentId: number;
  readonly userId: string;
}

/** Reads `[{"segment":12345,"userid":"abc"},…]`. */
export function parseMemberList(text: string): Member[] {
  const entries = parseJson(text);
  if (!Array.isArray(entries)) {
    throw new Refusal(400, 'The body has to be an array of {"segment","userid"}.');
  }
  if (entries.length === 0) throw new Refusal(400, 'The array is empty.');
  if (entries.length > maxMembersPerCall) {
    throw new Refusal(413, `One call takes up to ${maxMembersPerCall} users.`);
  }
  return entries.map(parseMember);
}

/** A segment id from a query, a path or a body; undefined when it cannot be one. */
export function parseSegmentId(value: unknown): number | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  return typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined;
}

/** Changes the membership of all or, when one of them cannot be, of none. */
export function applyToMembers(
  { segments, faults }: Platform,
  operation: 'add' | 'delete',
  members: readonly Member[],
): void {
  const sets = members.map(({ segmentId }) => {
    const set = segments.members(segmentId);
    if (set === undefined) throw new Refusal(404, `There is no segment ${segmentId}.`);
    return set;
  });
  const refusedMembers = members.filter(({ userId }) => faults.refuseUsers.has(userId)).length;
  if (refusedMembers > 0) {
    // Which ones stays unsaid, as on many a real platform: callers have to bisect.
    throw new Refusal(400, 'one or more users were refused', { refusedMembers });
  }
  members.forEach(({ userId }, index) => sets[index]?.[operation](userId));
}

function parseMember(entry: unknown, index: number): Member {
  if (typeof entry === 'object' && entry !== null && 'segment' in entry && 'userid' in entry) {
    const segmentId = parseSegmentId(entry.segment);
    const userId = entry.userid;
    if (segmentId !== undefined && typeof userId === 'string' && userId !== '') {
      return { segmentId, userId };
    }
  }
  throw new Refusal(400, `Entry ${index} is not a {"segment":number,"userid":text}.`);
}
