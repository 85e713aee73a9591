import { methodNotAllowed, Refusal } from './answers.ts';
import type { Call } from './call.ts';
import { parseMemberList, parseSegmentId } from './member-list.ts';
import type { Member } from './member-list.ts';

const maxTitleLength = 80;

/** What one request to `/v1/segment` asks for. */
export type SegmentRequest =
  | { readonly kind: 'create'; readonly title: string }
  | {
      readonly kind: 'add' | 'remove';
      readonly members: readonly Member[];
      /** Whether it was one user in the query, which is answered without a body. */
      readonly single: boolean;
    };

/** Reads a request to `/v1/segment`, or says why it cannot be read. */
export function readSegmentRequest(call: Call): SegmentRequest | Refusal {
  try {
    return parse(call);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** A request in a few words, without user ids. */
export function describeSegmentRequest(call: Call, request: SegmentRequest | Refusal): string {
  if (request instanceof Refusal) return `${call.method}, not understood`;
  if (request.kind === 'create') return `create “${request.title.slice(0, maxTitleLength)}”`;
  const segments = [...new Set(request.members.map(({ segmentId }) => segmentId))];
  const where = segments.length === 1 ? String(segments[0]) : `${segments.length} segments`;
  const preposition = request.kind === 'add' ? 'to' : 'from';
  return `${request.kind} ${request.members.length} ${preposition} ${where}`;
}

function parse(call: Call): SegmentRequest {
  const { method } = call;
  if (method !== 'POST' && method !== 'DELETE') throw methodNotAllowed(['POST', 'DELETE']);
  const kind = method === 'POST' ? 'add' : 'remove';
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
    if (title.trim() === '') throw new Refusal(400, 'title is empty.');
    return { kind: 'create', title };
  }
  if (inQuery) return { kind, members: [parseMember(id, userId)], single: true };
  if (body.trim() === '') {
    throw new Refusal(400, 'Send title, or id and userid, or an array of users.');
  }
  return { kind, members: parseMemberList(body), single: false };
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
