import { randomUUID } from 'node:crypto';
import { creationMessage } from '../../shared/audience/outgoing-message.ts';
import type { AudienceList } from '../../shared/audience-map/audience-list.ts';
import type { AudienceMapReader, AudienceRecord } from '../../shared/audience-map/audience-map.ts';
import { waitUntilSettled } from '../../shared/audience-map/wait-until-settled.ts';
import type { Publisher } from '../../shared/queue/queue.ts';
import type { AudienceOperations, AudienceSummary } from './audience-operations.ts';

/** Far longer than a creation takes; what has not come to an end by then waits for the platform. */
const SETTLE_TIMEOUT_MS = 10_000;

export interface AudiencesOfDestination {
  readonly map: AudienceMapReader & AudienceList;
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Id of the destination whose map it is. */
  readonly destination: string;
  readonly settleTimeoutMs?: number | undefined;
}

/**
 * Works on the audiences of a destination by its map and the queue. A retry is the message that intake
 * publishes, addressed to this destination: at the others nothing has failed.
 */
export function operateAudiences({
  map,
  publisher,
  destination,
  settleTimeoutMs = SETTLE_TIMEOUT_MS,
}: AudiencesOfDestination): AudienceOperations {
  return {
    list: async (request) => {
      const { audiences, next } = await map.list(request);
      return { audiences: audiences.map(summaryOf), ...(next === undefined ? {} : { next }) };
    },

    show: async (id) => {
      const record = await map.find(id);
      return record && summaryOf(record);
    },

    retry: async (id) => {
      const record = await map.find(id);
      if (record === undefined) return undefined;
      if (record.state === 'ready') return { published: false, audience: summaryOf(record) };
      const { audience } = record;
      const requestId = randomUUID();
      const kind = 'create-audience';
      const message = { kind, requestId, audience } as const;
      await publisher.publish(creationMessage(message, { requestId }, { destination }));

      const request = { audience: audience.id, requestId };
      const settled = await waitUntilSettled(map, request, Date.now() + settleTimeoutMs);
      const now = settled ?? { audience, state: 'creating' };
      return { published: true, audience: summaryOf(now) };
    },
  };
}

function summaryOf(record: AudienceRecord): AudienceSummary {
  const { id, name, customer } = record.audience;
  const common = { id, name, ...(customer === undefined ? {} : { customer }) };
  switch (record.state) {
    case 'creating':
      return { ...common, state: record.state };
    case 'ready': {
      const { state, segment, readyAt } = record;
      return { ...common, state, segment, ...(readyAt && { readyAt: readyAt.toISOString() }) };
    }
    case 'failed':
      return { ...common, state: record.state, reason: record.reason };
  }
}
