import { DestinationError, ConfigurationError } from '../../errors.ts';
import { classifyStatus } from '../classify-status.ts';
import type {
  BatchResult,
  Destination,
  DestinationSettings,
  Member,
  MicroBatch,
  SegmentRequest,
} from '../destination.ts';
import { readPointer, readRefusal, readSegment } from './answer-fields.ts';
import { createCaller, type Caller, type CallResult } from './call.ts';
import type { FindCall, MemberCall, PlatformDescription } from './description.ts';
import { segmentInAnswer, UNREADABLE } from './find-segment.ts';
import { fillJson, type TemplateValues } from './template.ts';

/**
 * The destination for any third party that a description can describe.
 * @throws ConfigurationError when the description demands credentials and there are none.
 */
export function createHttpDestination(
  platform: PlatformDescription,
  settings: DestinationSettings,
): Destination {
  if (platform.auth !== 'none' && settings.credentials === undefined) {
    const text = `DESTINATION_CREDENTIALS: ${platform.id} needs them, as user:password`;
    throw new ConfigurationError([text]);
  }
  const call = createCaller(platform, settings);

  return {
    id: platform.id,
    capabilities: {
      creationIdempotentBy: platform.create.idempotentBy,
      maxMembersPerCall: platform.maxMembersPerCall,
      maxSegmentsPerCall: platform.maxSegmentsPerCall,
      // The members' commas and one of the brackets are counted with them; here goes the other.
      maxBytesPerCall: platform.maxBytesPerCall && platform.maxBytesPerCall - 1,
      maxConcurrentCalls: platform.maxConcurrentCalls,
      maxCallsPerSecond: platform.maxCallsPerSecond,
      oneCallPerSegment: platform.oneCallPerSegment,
    },

    ...(platform.find === undefined ? {} : { findSegment: finder(platform, platform.find, call) }),

    createSegment: async (request) => {
      const result = await call(platform.create, segmentValues(request));
      if (result.kind === 'answered' && classifyStatus(result.status) === 'refused') {
        const words = readRefusal(result.body, platform.create.refusalAt) ?? unexplained(result);
        throw refused(platform, words);
      }
      return createdSegment(platform, answerOf(platform, result).body);
    },

    memberBytes: (operation, member) => memberBytes(platform[operation], member),

    apply: async (batch) => {
      const template = batch.operation === 'add' ? platform.add : platform.remove;
      const [first] = batch.members;
      if (first === undefined) return { kind: 'outcomes', outcomes: [] };
      if (batch.members.length > platform.maxMembersPerCall) {
        throw new TypeError(`${platform.id} takes ${platform.maxMembersPerCall} members a call.`);
      }
      const result = await call(template, { ...first }, batchBody(template, batch));
      return batchResult(result, batch);
    },
  };
}

function finder(platform: PlatformDescription, find: FindCall, call: Caller) {
  return async (request: SegmentRequest): Promise<string | undefined> => {
    const values = segmentValues(request);
    const result = await call(find, values);
    // Many platforms answer so when there is none.
    if (result.kind === 'answered' && result.status === 404) return undefined;
    const found = segmentInAnswer(answerOf(platform, result).body, find, values);
    if (found !== UNREADABLE) return found;
    const place = find.listAt?.join('.') ?? 'the top';
    throw misconfigured(platform, `named no candidates at ${place}`, { status: 200 });
  };
}

type Answered = Extract<CallResult, { kind: 'answered' }>;

/** The answer of a successful call for a segment; otherwise throws what it means. */
function answerOf(platform: PlatformDescription, result: CallResult): Answered {
  if (result.kind === 'unanswered') throw unavailable(platform, result.reason);
  if (result.kind === 'unsendable') throw refused(platform, result.reason);
  const { status, retryAfterMs } = result;
  const answer = `answered ${status}`;
  switch (classifyStatus(status)) {
    case 'ok':
      return result;
    case 'retry':
      throw unavailable(platform, answer, retryAfterMs);
    // 404, 410, 501 …: the call is wrong, not the audience.
    case 'refused':
    case 'rejected':
      throw misconfigured(platform, answer, { status });
    case 'fault':
      throw misconfigured(platform, answer, { status, fault: true });
  }
}

function unexplained({ status }: Answered): string {
  return `it gave no reason (HTTP ${status}); ask the operator of this integration`;
}

function segmentValues({ title, audienceId }: SegmentRequest): TemplateValues {
  return { title, 'audience.id': audienceId };
}

/** What one member takes in the JSON array, with its comma. */
function memberBytes({ bodyEach = null }: MemberCall, member: Member): number {
  return Buffer.byteLength(JSON.stringify(fillJson(bodyEach, { ...member }))) + 1;
}

function batchBody({ bodyEach }: MemberCall, { members }: MicroBatch) {
  return bodyEach === undefined
    ? undefined
    : members.map((member) => fillJson(bodyEach, { ...member }));
}

function createdSegment(platform: PlatformDescription, body: string) {
  const { segmentAt, createdAt } = platform.create;
  const segment = readSegment(body, segmentAt);
  if (segment === undefined) {
    throw misconfigured(platform, `named no segment at ${segmentAt.join('.')}`, { status: 200 });
  }
  const created = createdAt === undefined || readPointer(body, createdAt) !== false;
  return { segment, created };
}

function batchResult(result: CallResult, { members }: MicroBatch): BatchResult {
  if (result.kind === 'unanswered') return { kind: 'retry', reason: result.reason };
  if (result.kind === 'unsendable') return { kind: 'refused-whole', reason: result.reason };
  const reason = `answered ${result.status}`;
  switch (classifyStatus(result.status)) {
    case 'ok':
      return { kind: 'outcomes', outcomes: members.map(() => ({ status: 'delivered' })) };
    case 'retry':
      return {
        kind: 'retry',
        reason,
        retryAfterMs: result.retryAfterMs,
        serverError: result.status >= 500 && result.retryAfterMs === undefined,
      };
    case 'fault':
      return { kind: 'fault', reason, status: result.status };
    case 'refused':
      return { kind: 'refused-whole', reason };
    case 'rejected':
      // Of one segment it may be said of all members; of several, one may be what is not there.
      return new Set(members.map(({ segment }) => segment)).size > 1
        ? { kind: 'refused-whole', reason }
        : { kind: 'outcomes', outcomes: members.map(() => ({ status: 'rejected', reason })) };
  }
}

function refused({ name }: PlatformDescription, words: string): DestinationError {
  return new DestinationError('DESTINATION_REFUSED', `${name} refused the audience: ${words}`);
}

function unavailable(
  { name }: PlatformDescription,
  what: string,
  retryAfterMs?: number,
): DestinationError {
  const text = `${name} could not create the segment now: ${what}`;
  return new DestinationError('DESTINATION_UNAVAILABLE', text, { retryable: true, retryAfterMs });
}

function misconfigured(
  { name }: PlatformDescription,
  what: string,
  details: { status: number; fault?: boolean },
) {
  const text = `${name} ${what}: check its description, DESTINATION_BASE_URL and DESTINATION_CREDENTIALS`;
  return new DestinationError('DESTINATION_MISCONFIGURED', text, {
    retryable: true,
    details: { ...details },
  });
}
