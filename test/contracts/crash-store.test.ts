import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import { describe, expect, test } from '@jest/globals';
import { createEmbeddedCrashStore } from '../../shared/delivery/embedded-crash-store.ts';
import { createFirestoreCrashStore } from '../../shared/delivery/firestore-crash-store.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { crashStoreContract } from './crash-store.contract.ts';

describe('embedded crash store', () => {
  crashStoreContract(() => {
    const store = createEmbeddedCrashStore();
    return { open: () => store, openOther: createEmbeddedCrashStore };
  });
});

describeWithEmulators('Firestore crash store', () => {
  const names = { projectId: 'crash-store-contract', databaseId: '(default)' };
  /** The first calls of a fresh emulator take long on a busy machine. */
  const stores = { timeoutMs: 20_000, subscription: 'relay/forward' };

  crashStoreContract(() => {
    const collection = randomUUID();
    return {
      open: () =>
        createFirestoreCrashStore({ ...names, ...stores, collection, destination: 'a/b' }),
      openOther: () =>
        createFirestoreCrashStore({ ...names, ...stores, collection, destination: 'rokt' }),
    };
  });

  test('a record that cannot be read counts as none', async () => {
    const collection = randomUUID();
    const firestore = new Firestore(names);
    await firestore.doc(`${collection}/rokt/drains/relay%2Fforward`).set({ isRunning: 'yes' });
    await firestore.terminate();
    const store = createFirestoreCrashStore({
      ...names,
      ...stores,
      collection,
      destination: 'rokt',
    });
    expect(await store.read()).toBeUndefined();
    await store.close();
  });
});
