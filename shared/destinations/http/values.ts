import type { MicroBatch, Member } from '../destination.ts';
import { operationId } from '../operation-id.ts';
import type { TemplateValues } from './template.ts';

/** The present, and, where memberships end, how long they last and until when. */
export function timeValues(now: number, ttlSeconds: number | undefined): TemplateValues {
  return {
    ...moment('now', now),
    ...(ttlSeconds === undefined
      ? {}
      : {
          'ttl.seconds': String(ttlSeconds),
          'ttl.minutes': String(Math.ceil(ttlSeconds / 60)),
          'ttl.hours': String(Math.ceil(ttlSeconds / 3_600)),
          'ttl.days': String(Math.ceil(ttlSeconds / 86_400)),
          ...moment('expires', now + ttlSeconds * 1_000),
        }),
  };
}

/**
 * A member's own values. `operation.id` is the same at every redelivery and replay and different for
 * every operation of the DMP, so that a third party can tell duplicates by it; it names nobody.
 */
export function memberValues(
  operation: MicroBatch['operation'],
  member: Member,
  written: string,
): TemplateValues {
  return {
    segment: member.segment,
    user: written,
    'operation.id': operationId(operation, member),
    ...moment('operation', member.operatedAt),
  };
}

function moment(name: string, ms: number): TemplateValues {
  return {
    [`${name}.iso`]: new Date(ms).toISOString(),
    [`${name}.seconds`]: String(Math.floor(ms / 1_000)),
    [`${name}.milliseconds`]: String(ms),
  };
}
