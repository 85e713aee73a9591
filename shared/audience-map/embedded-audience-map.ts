import { randomUUID } from 'node:crypto';
import { pageOf, type ListedAudienceMap } from './audience-list.ts';
import type { AudienceRecord, Lease, WaitingCreation } from './audience-map.ts';
import { documentId } from './document-id.ts';

interface Entry {
  record: AudienceRecord;
  lease: Lease | undefined;
  waiting?: { readonly creation: WaitingCreation; readonly dueAt: Date } | undefined;
}

/** A complete audience map in the memory of the process. `now` is the clock that leases run by. */
export function createEmbeddedAudienceMap(now: () => Date = () => new Date()): ListedAudienceMap {
  const byAudience = new Map<string, Entry>();
  const bySegment = new Map<string, Entry>();

  const held = (lease: Lease): Entry | undefined => {
    const entry = byAudience.get(lease.audience.id);
    return entry?.lease?.holder === lease.holder ? entry : undefined;
  };
  const answer = <Value>(compute: () => Value): Promise<Value> => Promise.resolve(compute());

  return {
    find: (id) => answer(() => (byAudience.get(id) ?? bySegment.get(id))?.record),

    claim: ({ audience, requestId, leaseMs }) =>
      answer(() => {
        const known = byAudience.get(audience.id);
        if (known?.record.state === 'ready') {
          return { claimed: false, state: 'ready', segment: known.record.segment };
        }
        if (known?.lease !== undefined && known.lease.expiresAt > now()) {
          return { claimed: false, state: 'creating', until: known.lease.expiresAt };
        }
        const expiresAt = new Date(now().getTime() + leaseMs);
        const lease: Lease = { audience, requestId, holder: randomUUID(), expiresAt };
        const waiting = known?.waiting && { ...known.waiting, dueAt: expiresAt };
        byAudience.set(audience.id, { record: { audience, state: 'creating' }, lease, waiting });
        return { claimed: true, lease };
      }),

    settleReady: (lease, segment, readyAt) =>
      answer(() => {
        const entry = held(lease);
        if (entry === undefined) return 'lease-lost';
        if (bySegment.has(segment)) return 'segment-taken';
        const { audience } = lease;
        entry.record = { audience, state: 'ready', segment, ...(readyAt && { readyAt }) };
        entry.lease = undefined;
        entry.waiting = undefined;
        bySegment.set(segment, entry);
        return 'settled';
      }),

    settleFailed: (lease, reason) =>
      answer(() => {
        const entry = held(lease);
        if (entry === undefined) return 'lease-lost';
        const { audience, requestId } = lease;
        entry.record = { audience, state: 'failed', reason, requestId };
        entry.lease = undefined;
        entry.waiting = undefined;
        return 'settled';
      }),

    postpone: (creation, dueAt) =>
      answer(() => {
        const { audience } = creation;
        const known = byAudience.get(audience.id);
        if (known?.record.state === 'ready') return;
        const lease =
          known?.lease !== undefined && known.lease.expiresAt > now() ? known.lease : undefined;
        const waiting = { creation, dueAt: lease?.expiresAt ?? dueAt };
        byAudience.set(audience.id, { record: { audience, state: 'creating' }, lease, waiting });
      }),

    due: (limit) =>
      answer(() =>
        [...byAudience.values()]
          .flatMap(({ waiting }) => waiting ?? [])
          .filter(({ dueAt }) => dueAt <= now())
          .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
          .slice(0, limit)
          .map(({ creation }) => creation),
      ),

    release: (lease) =>
      answer(() => {
        const entry = held(lease);
        if (entry !== undefined) entry.lease = undefined;
      }),

    list: ({ state, limit, after }) =>
      answer(() => {
        // In the order of Firestore's documents, so that both tell the same pages.
        const found = [...byAudience.values()]
          .map(({ record }) => ({ record, key: documentId(record.audience.id) }))
          .filter(({ record }) => state === undefined || record.state === state)
          .filter(({ key }) => after === undefined || key > documentId(after))
          .sort((a, b) => (a.key < b.key ? -1 : 1));
        const records = found.slice(0, limit + 1).map(({ record }) => record);
        return pageOf(records, limit);
      }),

    close: () => Promise.resolve(),
  };
}
