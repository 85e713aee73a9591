import { describe, expect, test } from '@jest/globals';
import type { AudienceMap } from '../../../shared/audience-map/audience-map.ts';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import { dryRunAudienceMap } from '../../../shared/dry-run/dry-run-audience-map.ts';
import { audienceMapContract } from '../../contracts/audience-map.contract.ts';

const audience = { id: 'a.1', name: 'Test audience' };

async function makeReady(map: AudienceMap, segment: string): Promise<void> {
  const claim = await map.claim({ audience, requestId: 'r-0', leaseMs: 1_000 });
  if (claim.claimed) await map.settleReady(claim.lease, segment);
}

describe('the audience map of a dry run, over an empty one', () => {
  audienceMapContract(() =>
    Promise.resolve(dryRunAudienceMap(createEmbeddedAudienceMap(), createEmbeddedAudienceMap())),
  );
});

test('what is ready in the real map cannot be claimed, and comes before the overlay', async () => {
  const real = createEmbeddedAudienceMap();
  const map = dryRunAudienceMap(real, createEmbeddedAudienceMap());
  await makeReady(map, '1');
  expect(await map.find('a.1')).toMatchObject({ segment: '1' });
  await makeReady(real, '2');
  expect(await map.find('a.1')).toMatchObject({ segment: '2' });
  expect(await map.find('2')).toMatchObject({ audience });
  const claim = await map.claim({ audience, requestId: 'r-1', leaseMs: 1_000 });
  expect(claim).toEqual({ claimed: false, state: 'ready', segment: '2' });
});
