import { json, Refusal } from '../answers.ts';
import type { Answer } from '../answers.ts';
import { parseSegmentId } from '../member-list.ts';
import type { Platform } from '../platform.ts';
import type { MembersView } from './view.ts';

const maxUsers = 1000;

/** Who is in a segment: the first 1,000 whose id contains `filter`. */
export function listMembers({ segments }: Platform, segment: string, filter: string): Answer {
  const segmentId = parseSegmentId(segment);
  const members = segmentId === undefined ? undefined : segments.members(segmentId);
  if (members === undefined) throw new Refusal(404, 'There is no such segment.');
  const matching =
    filter === '' ? [...members] : [...members].filter((user) => user.includes(filter));
  return json({
    total: members.size,
    matching: matching.length,
    users: matching.slice(0, maxUsers),
  } satisfies MembersView);
}
