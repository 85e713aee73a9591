import { PlatformError } from '../errors.ts';
import { within } from '../within.ts';
import type { AudienceMap } from './audience-map.ts';

/**
 * Bounds calls of a store: each ends within `timeoutMs` and fails with PlatformError
 * AUDIENCE_MAP_UNAVAILABLE; `advice` says what an operator should check.
 */
export function boundTo(timeoutMs: number, advice: string) {
  return async <Value>(call: Promise<Value>): Promise<Value> => {
    const answered = call.then(
      (value) => ({ value }),
      (cause: unknown) => ({ cause }),
    );
    const result = (await within(answered, timeoutMs)) ?? { cause: new Error('no answer in time') };
    if ('value' in result) return result.value;
    throw new PlatformError('AUDIENCE_MAP_UNAVAILABLE', advice, { cause: result.cause });
  };
}

/** The same map, whose every call is bounded as by {@link boundTo}. */
export function boundAudienceMap(map: AudienceMap, timeoutMs: number, advice: string): AudienceMap {
  const bound = boundTo(timeoutMs, advice);
  return {
    find: (id) => bound(map.find(id)),
    claim: (request) => bound(map.claim(request)),
    settleReady: (lease, segment, readyAt) => bound(map.settleReady(lease, segment, readyAt)),
    settleFailed: (lease, reason) => bound(map.settleFailed(lease, reason)),
    postpone: (creation, dueAt) => bound(map.postpone(creation, dueAt)),
    due: (limit) => bound(map.due(limit)),
    release: (lease) => bound(map.release(lease)),
    close: () => map.close(),
  };
}
