import type { DestinationCapabilities, Member, MicroBatch } from '../destination.ts';
import { writeIdentifier } from '../identifier.ts';
import { ENVELOPE_BYTES } from './description/rules.ts';
import type { MemberCall } from './description/calls.ts';
import type { PlatformDescription } from './description/schema.ts';
import type { MicroBatchParts } from './micro-batch.ts';
import { fillJson, fillText, placeholdersIn } from './template.ts';
import { memberValues } from './values.ts';

/** What a description declares, in the terms of the delivery. */
export function capabilitiesOf(platform: PlatformDescription): DestinationCapabilities {
  const { limits, create, add, remove } = platform;
  const { callsPerSecond, callsPerMinute, bytesPerCall } = limits;
  const isImplicit = !('path' in create);
  return {
    segments: isImplicit ? 'implicit' : 'created',
    creationIdempotentBy: isImplicit ? keyOf(create.segment.value) : create.idempotentBy,
    readyAfterMs:
      isImplicit || create.readyAfterSeconds === undefined
        ? undefined
        : create.readyAfterSeconds * 1_000,
    removal: remove === 'not-supported' ? 'none' : 'native',
    reports: reportsOf(add),
    maxMembersPerCall: limits.membersPerCall,
    maxSegmentsPerCall: limits.segmentsPerCall,
    maxBytesPerCall: bytesPerCall === undefined ? undefined : bytesPerCall - ENVELOPE_BYTES,
    callTimeoutMs: platform.timeoutMs,
    maxConcurrentCalls: limits.concurrentCalls,
    maxCallRate:
      callsPerSecond !== undefined
        ? { calls: callsPerSecond, perMs: 1_000 }
        : callsPerMinute !== undefined
          ? { calls: callsPerMinute, perMs: 60_000 }
          : undefined,
    oneCallPerSegment: limits.oneCallPerSegment,
  };
}

/** What one member takes in the body of a call, with what separates it from the next. */
export function memberBytesOf(
  { platform, constants }: Pick<MicroBatchParts, 'platform' | 'constants'>,
  operation: MicroBatch['operation'],
  member: Member,
): number {
  const call = platform[operation];
  if (call === 'not-supported') return 0;
  const id = writeIdentifier(member.user, platform.user);
  if ('problem' in id) return 0;
  const { member: each = null, separator, body } = call;
  const values = { ...constants(), ...memberValues(operation, member, id.text) };
  if (separator === undefined || typeof each !== 'string') {
    return Buffer.byteLength(JSON.stringify(fillJson(each, values))) + 1;
  }
  const text = fillText(each, values) + separator;
  if (body !== undefined && 'form' in body)
    return new URLSearchParams([['', text]]).toString().length;
  return body !== undefined && 'json' in body
    ? Buffer.byteLength(JSON.stringify(text))
    : Buffer.byteLength(text);
}

function keyOf(template: string): 'audience' | 'title' {
  return placeholdersIn(template).includes('audience.id') ? 'audience' : 'title';
}

function reportsOf({ results }: MemberCall): DestinationCapabilities['reports'] {
  if (results === undefined) return 'all-or-nothing';
  if (results.by === 'none') return 'accepted';
  return results.by === 'count' ? 'counts' : 'each';
}
