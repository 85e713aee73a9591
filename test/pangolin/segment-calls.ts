import { empty, json, methodNotAllowed, Refusal, refusalAnswer } from './answers.ts';
import type { Answer } from './answers.ts';
import type { Call } from './call.ts';
import { applyToMembers, parseMemberList, parseSegmentId } from './member-list.ts';
import type { Member } from './member-list.ts';
import type { Platform } from './platform.ts';

/** The answer of a call that was carried out or refused, and what it adds to the stats. */
export interface SegmentOutcome {
  readonly answer: Answer;
  readonly adds: number;
  readonly removes: number;
  readonly refused: number;
}

const nothingCounted = { adds: 0, removes: 0, refused: 0 };

/** Carries out one request to `/v1/segment`: creates a segment, or adds or removes members. */
export function performSegmentCall(platform: Platform, call: Call): SegmentOutcome {
  try {
    return dispatch(platform, call);
  } catch (error) {
    const refused = error instanceof Refusal ? error.refusedMembers : 0;
    return { ...nothingCounted, answer: refusalAnswer(error), refused };
  }
}

function dispatch(platform: Platform, call: Call): SegmentOutcome {
  const { method } = call;
  if (method !== 'POST' && method !== 'DELETE') throw methodNotAllowed(['POST', 'DELETE']);
  const query = new URLSearchParams(call.query);
  const title = onlyValue(query, 'title');
  const id = onlyValue(query, 'id');
  const userId = onlyValue(query, 'userid');
  const body = call.text();
  const inQuery = title !== undefined || id !== undefined || userId !== undefined;

  if (inQuery && body.trim() !== '') throw new Refusal(400, 'Send either a query or a body.');
  if (title !== undefined) {
    if (id !== undefined || userId !== undefined) {
      throw new Refusal(400, 'Send either title, or id and userid.');
    }
    if (method === 'DELETE') throw new Refusal(400, 'DELETE takes id and userid, not title.');
    return createSegment(platform, title);
  }
  if (inQuery) {
    const members = [parseMember(id, userId)];
    return { ...changeMembers(platform, method, members), answer: empty() };
  }
  if (body.trim() === '') {
    throw new Refusal(400, 'Send title, or id and userid, or an array of users.');
  }
  return changeMembers(platform, method, parseMemberList(body));
}

function createSegment(platform: Platform, title: string): SegmentOutcome {
  if (title.trim() === '') throw new Refusal(400, 'title is empty.');
  if (platform.faults.refuseTitles.has(title)) {
    throw new Refusal(422, `The title ${title} is not allowed on this platform.`);
  }
  const { segmentId, created } = platform.segments.findOrCreate(title);
  if (created) platform.stats.creates += 1;
  return { ...nothingCounted, answer: json({ status: 'OK', created, segment_id: segmentId }) };
}

function changeMembers(
  platform: Platform,
  method: 'POST' | 'DELETE',
  members: readonly Member[],
): SegmentOutcome {
  const answer = json({ status: 'OK', mutations: members.length });
  if (method === 'DELETE') {
    applyToMembers(platform, 'delete', members);
    return { ...nothingCounted, answer, removes: members.length };
  }
  applyToMembers(platform, 'add', members);
  return { ...nothingCounted, answer, adds: members.length };
}

function parseMember(id: string | undefined, userId: string | undefined): Member {
  const segmentId = parseSegmentId(id);
  if (segmentId === undefined) throw new Refusal(400, 'id has to be the number of a segment.');
  if (userId === undefined || userId === '') throw new Refusal(400, 'userid is missing.');
  return { segmentId, userId };
}

function onlyValue(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw new Refusal(400, `${name} is given more than once.`);
  return values[0];
}
