import { Timestamp, type DocumentSnapshot } from '@google-cloud/firestore';
import { z } from 'zod';
import type { AudienceRecord, Lease, WaitingCreation } from './audience-map.ts';

const audience = z.object({ id: z.string(), name: z.string(), customer: z.int().optional() });
const lease = z
  .object({ requestId: z.string(), holder: z.string(), expiresAt: z.instanceof(Timestamp) })
  .nullable();
/** A creation that is to be tried again: its request, and the time of the next try. */
const waiting = z.object({
  requestId: z.string(),
  trace: z.string().exactOptional(),
  askedAt: z.instanceof(Timestamp),
  dueAt: z.instanceof(Timestamp),
});
/** A document of the map, as it stands in Firestore. */
const stored = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('creating'),
    audience,
    lease,
    waiting: waiting.exactOptional(),
  }),
  z.object({
    state: z.literal('ready'),
    audience,
    segment: z.string(),
    readyAt: z.instanceof(Timestamp).exactOptional(),
  }),
  z.object({ state: z.literal('failed'), audience, reason: z.string(), requestId: z.string() }),
]);
export type Stored = z.infer<typeof stored>;

/**
 * The document, if there is one.
 * @throws ZodError when it is no document of the map
 */
export function parse(snapshot: DocumentSnapshot | undefined): Stored | undefined {
  return snapshot?.exists === true ? stored.parse(snapshot.data()) : undefined;
}

/** Whether the creation of this document is still that of the lease. */
export function holds(record: Stored | undefined, held: Lease): boolean {
  return record?.state === 'creating' && record.lease?.holder === held.holder;
}

/** The creation that waits in this document. */
export function waitingIn(record: Stored | undefined): WaitingCreation | undefined {
  if (record?.state !== 'creating' || record.waiting === undefined) return undefined;
  const { requestId, trace, askedAt } = record.waiting;
  return { audience: record.audience, requestId, trace, askedAt: askedAt.toDate() };
}

/** The record that the map tells of a document. */
export function toRecord(record: Stored): AudienceRecord {
  switch (record.state) {
    case 'creating':
      return { audience: record.audience, state: 'creating' };
    case 'ready': {
      const { readyAt, ...ready } = record;
      return { ...ready, ...(readyAt && { readyAt: readyAt.toDate() }) };
    }
    case 'failed':
      return record;
  }
}
