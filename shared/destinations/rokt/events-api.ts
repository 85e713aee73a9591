import type { DestinationCapabilities, Outcome } from '../destination.ts';
import { writeIdentifier, type IdentifierRules } from '../identifier.ts';
import { attributeBatch, attributeOf, membershipEvent, type EventBatch } from './event-batch.ts';
import { MAX_NAME_LENGTH, type AttributesOptions, type EventsOptions } from './options.ts';
import { jsonBytes } from './json-bytes.ts';
import type { Operation, RoktApi, Writing } from './rokt-api.ts';

const MAX_BATCHES = 100;
const MAX_VALUE_LENGTH = 4_096;
/** The documents say kB: the smaller reading. */
const MAX_REQUEST_BYTES = 256_000;
const MAX_BATCH_BYTES = 128_000;
const BRACKETS = 2;

type EventsApiOptions = AttributesOptions | EventsOptions;

const RULES: Readonly<Record<EventsApiOptions['identity'], IdentifierRules>> = {
  email: { normalize: ['trim', 'lower-case'], alreadyHashed: 'keep' },
  other: { normalize: ['trim', 'lower-case'], hash: 'sha256-hex', alreadyHashed: 'keep' },
  customer_id: { normalize: [], alreadyHashed: 'keep' },
};

const DELIVERED: Outcome = { status: 'delivered' };
const LEFT: Outcome = {
  status: 'skipped',
  reason: 'Rokt was sent the event that the user left, and removes nobody for it',
};

/** Rokt's Event API, which is mParticle's: one batch a user, many batches a call. */
export function eventsApi(options: EventsApiOptions): RoktApi {
  const isEvents = options.mode === 'events';
  const removal = isEvents && !options.leaveEvents ? 'none' : 'native';

  return {
    capabilities: {
      segments: 'implicit',
      creationIdempotentBy: 'title',
      removal,
      reports: 'accepted',
      ...rateOf(options.batchesPerSecond),
      maxBytesPerCall: MAX_REQUEST_BYTES - BRACKETS,
      maxConcurrentCalls: 10,
      oneCallPerSegment: false,
    },
    baseUrl: `https://s2s.${options.pod}.mparticle.com`,
    path: '/v2/bulkevents',
    maxNameLength: isEvents ? MAX_VALUE_LENGTH : MAX_NAME_LENGTH - options.attributePrefix.length,
    write: (operation, member) => {
      const id = writeIdentifier(member.user, RULES[options.identity]);
      if ('problem' in id) return id;
      const item = batchOf(operation, { ...member, user: id.text }, options);
      return withinLimits(id.text, item, namesOf(options, member.segment));
    },
    body: (_operation, _segment, items) => items,
    taken: (operation) => (isEvents && operation === 'remove' ? LEFT : DELIVERED),
  };
}

/**
 * How many members a call takes, and how often one may begin, so that no second has more batches than
 * `batchesPerSecond`: calls stand a whole part of a second apart.
 */
function rateOf(
  batchesPerSecond: number,
): Pick<DestinationCapabilities, 'maxMembersPerCall' | 'maxSegmentsPerCall' | 'maxCallRate'> {
  const calls = Math.ceil(batchesPerSecond / MAX_BATCHES);
  const batches = Math.floor(batchesPerSecond / calls);
  return {
    maxMembersPerCall: batches,
    maxSegmentsPerCall: batches,
    maxCallRate: { calls: 1, perMs: Math.ceil(1_000 / calls) },
  };
}

function batchOf(
  operation: Operation,
  member: Parameters<typeof attributeBatch>[1],
  options: EventsApiOptions,
): EventBatch {
  return options.mode === 'events'
    ? membershipEvent(operation, member, options)
    : attributeBatch(operation, member, options);
}

/** The name or value that the segment becomes, and how long that may be. */
function namesOf(options: EventsApiOptions, segment: string) {
  return options.mode === 'events'
    ? { text: segment, maxLength: MAX_VALUE_LENGTH }
    : { text: attributeOf(options, segment), maxLength: MAX_NAME_LENGTH };
}

function withinLimits(
  user: string,
  item: EventBatch,
  { text, maxLength }: { text: string; maxLength: number },
): Writing {
  if (text.length > maxLength) {
    return { problem: `the name of its segment is longer than ${maxLength} characters` };
  }
  if (jsonBytes(item) > MAX_BATCH_BYTES) {
    return { problem: `it takes more than the ${MAX_BATCH_BYTES} bytes of a batch` };
  }
  return { user, item };
}
