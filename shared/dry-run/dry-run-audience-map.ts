import type { AudienceMap } from '../audience-map/audience-map.ts';

/**
 * A map that is never written: audiences that are ready in it resolve, all others live in `overlay`,
 * which is forgotten with the process. A segment that was made up must not be taken for a real one.
 */
export function dryRunAudienceMap(map: AudienceMap, overlay: AudienceMap): AudienceMap {
  const findReady = async (id: string) => {
    const record = await map.find(id);
    return record?.state === 'ready' ? record : undefined;
  };
  return {
    find: async (id) => (await findReady(id)) ?? (await overlay.find(id)),
    claim: async (request) => {
      const ready = await findReady(request.audience.id);
      if (ready === undefined) return overlay.claim(request);
      return { claimed: false, state: 'ready', segment: ready.segment };
    },
    settleReady: overlay.settleReady.bind(overlay),
    settleFailed: overlay.settleFailed.bind(overlay),
    postpone: overlay.postpone.bind(overlay),
    due: overlay.due.bind(overlay),
    release: overlay.release.bind(overlay),
    close: async () => {
      await Promise.all([map.close(), overlay.close()]);
    },
  };
}
