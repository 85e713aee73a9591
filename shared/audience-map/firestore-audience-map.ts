import { randomUUID } from 'node:crypto';
import { Firestore, Timestamp, type DocumentSnapshot } from '@google-cloud/firestore';
import { z } from 'zod';
import type { AudienceMap, AudienceRecord, Claim, Lease, Settled } from './audience-map.ts';
import { boundAudienceMap } from './bound-audience-map.ts';
import { documentId } from './document-id.ts';

const audience = z.object({ id: z.string(), name: z.string(), customer: z.int().optional() });
const lease = z
  .object({ requestId: z.string(), holder: z.string(), expiresAt: z.instanceof(Timestamp) })
  .nullable();
/** A document of the map, as it stands in Firestore. */
const stored = z.discriminatedUnion('state', [
  z.object({ state: z.literal('creating'), audience, lease }),
  z.object({
    state: z.literal('ready'),
    audience,
    segment: z.string(),
    readyAt: z.instanceof(Timestamp).exactOptional(),
  }),
  z.object({ state: z.literal('failed'), audience, reason: z.string(), requestId: z.string() }),
]);
type Stored = z.infer<typeof stored>;

export interface FirestoreAudienceMapOptions {
  /** Default: the project of the credentials in force, or of the emulator. */
  readonly projectId?: string | undefined;
  readonly databaseId: string;
  /** Top-level collection of this relay. */
  readonly collection: string;
  /** Each destination has its own map below it. */
  readonly destination: string;
  /** Contending transactions retry for a while; the lease of a creation is longer. */
  readonly timeoutMs?: number;
}

/**
 * The audience map in Firestore: `{collection}/{destination}/audiences/{audience}` holds the record,
 * `…/segments/{segment}` the audience a segment belongs to; both are written in one transaction.
 */
export function createFirestoreAudienceMap(options: FirestoreAudienceMapOptions): AudienceMap {
  const { projectId, databaseId, timeoutMs = 10_000 } = options;
  const firestore = new Firestore({
    ...(projectId === undefined ? {} : { projectId }),
    databaseId,
    ignoreUndefinedProperties: true,
  });
  const root = firestore.collection(options.collection).doc(documentId(options.destination));
  const audiences = (id: string) => root.collection('audiences').doc(documentId(id));
  const segments = (id: string) => root.collection('segments').doc(documentId(id));

  const settle = (held: Lease, settled: Stored): Promise<Settled> =>
    firestore.runTransaction(async (transaction) => {
      const reference = audiences(held.audience.id);
      if (!holds(parse(await transaction.get(reference)), held)) return 'lease-lost';
      transaction.set(reference, settled);
      return 'settled';
    });

  const map: AudienceMap = {
    find: async (id) => {
      const record = parse(await audiences(id).get());
      if (record !== undefined) return toRecord(record);
      const owner: unknown = (await segments(id).get()).get('audience');
      if (typeof owner !== 'string') return undefined;
      const owned = parse(await audiences(owner).get());
      return owned === undefined ? undefined : toRecord(owned);
    },

    claim: async ({ audience: claimed, requestId, leaseMs }) =>
      firestore.runTransaction(async (transaction): Promise<Claim> => {
        const reference = audiences(claimed.id);
        const known = parse(await transaction.get(reference));
        if (known?.state === 'ready') {
          return { claimed: false, state: 'ready', segment: known.segment };
        }
        if (known?.state === 'creating' && known.lease !== null) {
          const until = known.lease.expiresAt.toDate();
          if (until > new Date()) return { claimed: false, state: 'creating', until };
        }
        const holder = randomUUID();
        const expiresAt = new Date(Date.now() + leaseMs);
        const until = Timestamp.fromDate(expiresAt);
        const creating: Stored = {
          state: 'creating',
          audience: claimed,
          lease: { requestId, holder, expiresAt: until },
        };
        transaction.set(reference, creating);
        return { claimed: true, lease: { audience: claimed, requestId, holder, expiresAt } };
      }),

    settleReady: (held, segment, readyAt) =>
      firestore.runTransaction(async (transaction): Promise<Settled> => {
        const reference = audiences(held.audience.id);
        const owner = segments(segment);
        const [record, taken] = await transaction.getAll(reference, owner);
        if (!holds(parse(record), held)) return 'lease-lost';
        if (taken?.exists === true) return 'segment-taken';
        const ready: Stored = {
          state: 'ready',
          audience: held.audience,
          segment,
          ...(readyAt && { readyAt: Timestamp.fromDate(readyAt) }),
        };
        transaction.set(reference, ready);
        transaction.create(owner, { audience: held.audience.id });
        return 'settled';
      }),

    settleFailed: (held, reason) => {
      const { audience: refused, requestId } = held;
      return settle(held, { state: 'failed', audience: refused, reason, requestId });
    },

    release: async (held) => {
      await settle(held, { state: 'creating', audience: held.audience, lease: null });
    },

    close: () => firestore.terminate(),
  };
  return boundAudienceMap(map, timeoutMs, ADVICE);
}

function parse(snapshot: DocumentSnapshot | undefined): Stored | undefined {
  return snapshot?.exists === true ? stored.parse(snapshot.data()) : undefined;
}

function holds(record: Stored | undefined, held: Lease): boolean {
  return record?.state === 'creating' && record.lease?.holder === held.holder;
}

function toRecord(record: Stored): AudienceRecord {
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

const ADVICE =
  'Firestore failed: check the database, and that this service account may use it (roles/datastore.user; intake: roles/datastore.viewer).';
