import { sleep } from '../sleep.ts';
import { within } from '../within.ts';
import type { AudienceMapReader, AudienceRecord } from './audience-map.ts';

/** The waits between looks: quick at first, since a creation takes a fraction of a second. */
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 200;

export type SettledRecord = Extract<AudienceRecord, { state: 'ready' | 'failed' }>;

/**
 * Looks at an audience's record until it is ready, or failed by the request `requestId`; undefined
 * when neither is so by `deadline` (milliseconds since the epoch). An older request's failure is not
 * ours: this one is still being tried.
 */
export async function waitUntilSettled(
  map: AudienceMapReader,
  request: { readonly audience: string; readonly requestId: string },
  deadline: number,
): Promise<SettledRecord | undefined> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    const found = await within(map.find(request.audience), deadline - Date.now());
    // An id may be that of another audience's segment as well.
    const record = found?.audience.id === request.audience ? found : undefined;
    if (record?.state === 'ready') return record;
    if (record?.state === 'failed' && record.requestId === request.requestId) return record;
    if (Date.now() + wait >= deadline) return undefined;
    await sleep(wait);
  }
}
