import { randomUUID } from 'node:crypto';
import { FieldPath, Firestore, Timestamp } from '@google-cloud/firestore';
import { pageOf, type AudienceList, type ListedAudienceMap } from './audience-list.ts';
import type { AudienceMap, Claim, Lease, Settled } from './audience-map.ts';
import { boundAudienceMap, boundTo } from './bound-audience-map.ts';
import { documentId } from './document-id.ts';
import { holds, parse, toRecord, waitingIn, type Stored } from './firestore-record.ts';

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
export function createFirestoreAudienceMap(
  options: FirestoreAudienceMapOptions,
): ListedAudienceMap {
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
          ...waitingUntil(known, until),
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

    postpone: ({ audience: asked, requestId, trace, askedAt }, dueAt) =>
      firestore.runTransaction(async (transaction) => {
        const reference = audiences(asked.id);
        const known = parse(await transaction.get(reference));
        if (known?.state === 'ready') return;
        const held = known?.state === 'creating' ? known.lease : null;
        const lease = held !== null && held.expiresAt.toDate() > new Date() ? held : null;
        const waiting = {
          requestId,
          ...(trace !== undefined && { trace }),
          askedAt: Timestamp.fromDate(askedAt),
          dueAt: lease?.expiresAt ?? Timestamp.fromDate(dueAt),
        };
        const creating: Stored = { state: 'creating', audience: asked, lease, waiting };
        transaction.set(reference, creating);
      }),

    due: async (limit) => {
      const isDue = root.collection('audiences').where(DUE_AT, '<=', Timestamp.now());
      const { docs } = await isDue.orderBy(DUE_AT).limit(limit).get();
      return docs.flatMap((snapshot) => waitingIn(parse(snapshot)) ?? []);
    },

    release: (held) =>
      firestore.runTransaction(async (transaction) => {
        const reference = audiences(held.audience.id);
        const known = parse(await transaction.get(reference));
        if (known?.state === 'creating' && holds(known, held))
          transaction.set(reference, { ...known, lease: null });
      }),

    close: () => firestore.terminate(),
  };
  const list: AudienceList['list'] = async ({ state, limit, after }) => {
    const all = root.collection('audiences');
    const chosen = state === undefined ? all : all.where('state', '==', state);
    const ordered = chosen.orderBy(FieldPath.documentId());
    const from = after === undefined ? ordered : ordered.startAfter(documentId(after));
    const { docs } = await from.limit(limit + 1).get();
    const found = docs.flatMap((snapshot) => parse(snapshot) ?? []);
    return pageOf(found.map(toRecord), limit);
  };

  const bound = boundTo(timeoutMs, ADVICE);
  return {
    ...boundAudienceMap(map, timeoutMs, ADVICE),
    list: (request) => bound(list(request)),
  };
}

/** Only creations that wait have it, so that looking for them reads no other document. */
const DUE_AT = 'waiting.dueAt';

/** The waiting creation of a record, due again when the lease that is taken now ends. */
function waitingUntil(known: Stored | undefined, dueAt: Timestamp) {
  if (known?.state !== 'creating' || known.waiting === undefined) return {};
  return { waiting: { ...known.waiting, dueAt } };
}

const ADVICE =
  'Firestore failed: check the database, and that this service account may use it (roles/datastore.user; intake: roles/datastore.viewer).';
