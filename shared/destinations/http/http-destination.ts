import { DestinationError, ConfigurationError } from '../../errors.ts';
import { classifyStatus } from '../classify-status.ts';
import type {
  BatchResult,
  Destination,
  DestinationSettings,
  MicroBatch,
  SegmentRequest,
} from '../destination.ts';
import { readPointer, readRefusal, readSegment } from './answer-fields.ts';
import { createCaller, type CallResult } from './call.ts';
import type { MemberCall, PlatformDescription } from './description.ts';
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
      maxConcurrentCalls: platform.maxConcurrentCalls,
    },

    createSegment: async (request) => {
      const result = await call(platform.create, segmentValues(request));
      if (result.kind === 'unanswered') throw unavailable(platform, result.reason);
      if (result.kind === 'unsendable') throw refused(platform, result.reason);
      const answer = `answered ${result.status}`;
      switch (classifyStatus(result.status)) {
        case 'ok':
          return createdSegment(platform, result.body);
        case 'retry':
          throw unavailable(platform, answer, result.retryAfterMs);
        // 404, 410, 501 …: the call is wrong, not the audience.
        case 'rejected':
        case 'fault':
          throw misconfigured(platform, answer, result.status);
        case 'refused':
          throw refused(
            platform,
            readRefusal(result.body, platform.create.refusalAt) ??
              `it gave no reason (HTTP ${result.status}); ask the operator of this integration`,
          );
      }
    },

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

function segmentValues({ title, audienceId }: SegmentRequest): TemplateValues {
  return { title, 'audience.id': audienceId };
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
    throw misconfigured(platform, `named no segment at ${segmentAt.join('.')}`, 200);
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
      return { kind: 'retry', reason, retryAfterMs: result.retryAfterMs };
    case 'fault':
      return { kind: 'fault', reason, status: result.status };
    case 'refused':
      return { kind: 'refused-whole', reason };
    case 'rejected':
      return { kind: 'outcomes', outcomes: members.map(() => ({ status: 'rejected', reason })) };
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

function misconfigured({ name }: PlatformDescription, what: string, status: number) {
  const text = `${name} ${what}: check its description, DESTINATION_BASE_URL and DESTINATION_CREDENTIALS`;
  return new DestinationError('DESTINATION_MISCONFIGURED', text, {
    retryable: true,
    details: { status },
  });
}
