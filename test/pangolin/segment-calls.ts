import { empty, json, Refusal, refusalAnswer } from './answers.ts';
import type { Answer } from './answers.ts';
import { applyToMembers } from './member-list.ts';
import type { Platform } from './platform.ts';
import type { SegmentRequest } from './segment-request.ts';

/** The answer of a call that was carried out or refused, and what it adds to the stats. */
export interface SegmentOutcome {
  readonly answer: Answer;
  readonly adds: number;
  readonly removes: number;
  readonly refused: number;
  /** In words, when it was refused. */
  readonly error?: string;
}

const nothingCounted = { adds: 0, removes: 0, refused: 0 };

/** Carries out one request to `/v1/segment`: creates a segment, or adds or removes members. */
export function performSegmentRequest(
  platform: Platform,
  request: SegmentRequest | Refusal,
): SegmentOutcome {
  try {
    if (request instanceof Refusal) throw request;
    return request.kind === 'create'
      ? createSegment(platform, request.title)
      : changeMembers(platform, request);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { refusedMembers: refused, message } = error;
    return { ...nothingCounted, answer: refusalAnswer(error), refused, error: message };
  }
}

function createSegment(platform: Platform, title: string): SegmentOutcome {
  if (platform.faults.refuseTitles.has(title)) {
    throw new Refusal(422, `The title ${title} is not allowed on this platform.`);
  }
  const { segmentId, created } = platform.segments.findOrCreate(title);
  if (created) platform.stats.creates += 1;
  return { ...nothingCounted, answer: json({ status: 'OK', created, segment_id: segmentId }) };
}

function changeMembers(
  platform: Platform,
  { kind, members, single }: Extract<SegmentRequest, { members: unknown }>,
): SegmentOutcome {
  applyToMembers(platform, kind === 'add' ? 'add' : 'delete', members);
  const answer = single ? empty() : json({ status: 'OK', mutations: members.length });
  const counted = kind === 'add' ? { adds: members.length } : { removes: members.length };
  return { ...nothingCounted, ...counted, answer };
}
