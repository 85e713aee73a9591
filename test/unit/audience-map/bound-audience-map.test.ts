import { expect, test } from '@jest/globals';
import { boundAudienceMap } from '../../../shared/audience-map/bound-audience-map.ts';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';

const audience = { id: 'a.1', name: 'A' };
const embedded = createEmbeddedAudienceMap();
const lease = { audience, requestId: 'r', holder: 'h', expiresAt: new Date() };

test.each([
  ['fails', () => Promise.reject(new Error('14 UNAVAILABLE'))],
  ['does not answer', () => new Promise<never>(() => undefined)],
])('a store that %s ends every call in time, with what to check', async (_, fail) => {
  const failing = { find: fail, claim: fail, settleReady: fail, settleFailed: fail, release: fail };
  const map = boundAudienceMap({ ...embedded, ...failing }, 20, 'check the database');
  const calls = [
    map.find('a.1'),
    map.claim({ audience, requestId: 'r', leaseMs: 1 }),
    map.settleReady(lease, '1'),
    map.settleFailed(lease, 'no'),
    map.release(lease),
  ];
  for (const result of await Promise.allSettled(calls)) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'AUDIENCE_MAP_UNAVAILABLE',
        retryable: true,
        message: 'check the database',
        cause: expect.any(Error),
      },
    });
  }
});

test('what the store answers comes through, absence included', async () => {
  const map = boundAudienceMap(createEmbeddedAudienceMap(), 1_000, 'x');
  expect(await map.find('a.1')).toBeUndefined();
  expect(await map.claim({ audience, requestId: 'r', leaseMs: 1_000 })).toMatchObject({
    claimed: true,
  });
  expect(await map.find('a.1')).toMatchObject({ state: 'creating' });
});
