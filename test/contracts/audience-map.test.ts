import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import { createFirestoreAudienceMap } from '../../shared/audience-map/firestore-audience-map.ts';
import { describeWithEmulators } from '../setup/describe-with-emulators.ts';
import { audienceListContract } from './audience-list.contract.ts';
import { audienceMapContract } from './audience-map.contract.ts';

describe('embedded audience map', () => {
  audienceMapContract(() => Promise.resolve(createEmbeddedAudienceMap()));
  audienceListContract(() => Promise.resolve(createEmbeddedAudienceMap()));
});

describeWithEmulators('Firestore audience map', () => {
  const createMap = (collection: string, destination: string) =>
    createFirestoreAudienceMap({
      projectId: 'audience-map-contract',
      databaseId: '(default)',
      collection,
      destination,
    });

  audienceMapContract(() => Promise.resolve(createMap(randomUUID(), 'pangolin')));
  audienceListContract(() => Promise.resolve(createMap(randomUUID(), 'pangolin')));

  test('two instances of a function share one map; another destination has its own', async () => {
    const collection = randomUUID();
    const [one, two, other] = ['pangolin', 'pangolin', 'rokt'].map((destination) =>
      createMap(collection, destination),
    );
    const request = { audience: { id: 'a.1', name: 'A' }, requestId: 'r-1', leaseMs: 60_000 };
    expect(await one?.claim(request)).toMatchObject({ claimed: true });
    expect(await two?.claim(request)).toMatchObject({ claimed: false, state: 'creating' });
    expect(await other?.list({ limit: 10 })).toEqual({ audiences: [] });
    expect(await other?.claim(request)).toMatchObject({ claimed: true });
    expect(await two?.list({ limit: 10 })).toMatchObject({ audiences: [{ state: 'creating' }] });
    await Promise.all([one?.close(), two?.close(), other?.close()]);
  });
});
