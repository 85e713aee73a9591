/**
 * What operators are given of an audience map: all its records, a page at a time. Every implementation
 * has it beside AudienceMap and passes test/contracts/audience-list.contract.ts; functions, which look
 * up one audience at a time, are not given it.
 */
import type { AudienceMap, AudienceRecord } from './audience-map.ts';

export const AUDIENCE_STATES = ['creating', 'ready', 'failed'] as const;
export type AudienceState = (typeof AUDIENCE_STATES)[number];

export interface AudiencePageRequest {
  /** Only audiences in this state. */
  readonly state?: AudienceState | undefined;
  /** The most that a page holds. */
  readonly limit: number;
  /** The DMP's id of the last audience of the page before. */
  readonly after?: string | undefined;
}

export interface AudiencePage {
  /** By the DMP's ids: in an order that no settling changes. */
  readonly audiences: readonly AudienceRecord[];
  /** What to give as `after` for the next page; missing on the last one. */
  readonly next?: string | undefined;
}

export interface AudienceList {
  /** @throws PlatformError AUDIENCE_MAP_UNAVAILABLE (retryable) when the store fails. */
  list(request: AudiencePageRequest): Promise<AudiencePage>;
}

/** An audience map that operators can list. */
export type ListedAudienceMap = AudienceMap & AudienceList;

/** A page of what a store has found, which was asked for one record more than fit. */
export function pageOf(found: readonly AudienceRecord[], limit: number): AudiencePage {
  const audiences = found.slice(0, limit);
  const last = audiences.at(-1);
  return found.length > limit && last ? { audiences, next: last.audience.id } : { audiences };
}
