import { Firestore } from '@google-cloud/firestore';
import { z } from 'zod';
import { boundTo } from '../audience-map/bound-audience-map.ts';
import { documentId } from '../audience-map/document-id.ts';
import type { CrashStore } from './crash-guard.ts';

const noted = z.array(z.object({ messageId: z.string(), crashes: z.number() }));
const stored = z.object({ isRunning: z.boolean(), inHand: noted, earlier: noted });

export interface FirestoreCrashStoreOptions {
  readonly projectId: string;
  readonly databaseId: string;
  /** Top-level collection of this relay. */
  readonly collection: string;
  readonly destination: string;
  /** Name of the subscription that is drained: a dry run beside a forward has another. */
  readonly subscription: string;
  /** Limit of a read or a write. */
  readonly timeoutMs?: number;
}

const ADVICE = 'The record of crashes did not answer in time: check Firestore and its grants.';

/** The record in Firestore: the document `{collection}/{destination}/drains/{subscription}`. */
export function createFirestoreCrashStore(options: FirestoreCrashStoreOptions): CrashStore {
  const { projectId, databaseId, collection, timeoutMs = 5_000 } = options;
  const firestore = new Firestore({ projectId, databaseId });
  const root = firestore.collection(collection).doc(documentId(options.destination));
  const record = root.collection('drains').doc(documentId(options.subscription));
  const bound = boundTo(timeoutMs, ADVICE);

  return {
    read: async () => stored.safeParse((await bound(record.get())).data()).data,
    write: async (next) => {
      await bound(record.set({ ...next, inHand: [...next.inHand], earlier: [...next.earlier] }));
    },
    close: () => firestore.terminate(),
  };
}
