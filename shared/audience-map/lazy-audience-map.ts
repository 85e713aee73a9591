import type { AudienceMap, AudienceMapReader } from './audience-map.ts';

export interface LazyAudienceMap extends AudienceMapReader {
  /** Opens the map now instead of at the first look. */
  load(): Promise<void>;
  close(): Promise<void>;
}

/**
 * An audience map that is opened when it is first asked: most requests of intake need none, and Firestore's
 * client takes longer to load than all else that intake does at its start (docs/decisions/0024). When opening
 * fails, the next look tries it again.
 */
export function createLazyAudienceMap(open: () => Promise<AudienceMap>): LazyAudienceMap {
  let opened: Promise<AudienceMap> | undefined;
  const openMap = (): Promise<AudienceMap> =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));

  return {
    find: async (id) => (await openMap()).find(id),
    load: async () => {
      await openMap();
    },
    close: async () => {
      // Whoever asked has been told why it did not open: then there is nothing to close.
      const map = await opened?.catch(() => undefined);
      await map?.close();
    },
  };
}
