import { expect, test } from '@jest/globals';
import { createCanonicalAudiences } from '../../../functions/intake/canonical-audience.ts';
import { createLogger } from '../../../shared/logger.ts';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';

const silent = createLogger('silent');
const add = (audience: string) => ({ audience, operation: 'add' as const, user: { uuid: 'u' } });

async function mapWithSegment() {
  const map = createEmbeddedAudienceMap();
  const audience = { id: 'a.1', name: 'A' };
  const claim = await map.claim({ audience, requestId: 'r', leaseMs: 1_000 });
  if (claim.claimed) await map.settleReady(claim.lease, '12345');
  let looks = 0;
  const find = (id: string) => {
    looks += 1;
    return map.find(id);
  };
  return { find, looks: () => looks };
}

test("both ids of an audience lead to the DMP's; an unknown one stays", async () => {
  const canonical = createCanonicalAudiences(await mapWithSegment(), silent);
  const mutations = await canonical([add('a.1'), add('12345'), add('a.unknown')]);
  expect(mutations.map(({ audience }) => audience)).toEqual(['a.1', 'a.1', 'a.unknown']);
});

test('what is found is looked up once', async () => {
  const map = await mapWithSegment();
  const canonical = createCanonicalAudiences(map, silent);
  for (let turn = 0; turn < 3; turn += 1) await canonical([add('12345'), add('12345')]);
  expect(map.looks()).toBe(1);
});

test.each([
  ['fails', 1, () => Promise.reject(new Error('down'))],
  ['does not answer', 0, () => new Promise<never>(() => undefined)],
])('a map that %s leaves the ids as they came; %i line says so', async (_, count, find) => {
  const lines: string[] = [];
  const log = createLogger('debug', { write: (line) => lines.push(line) });
  expect(await createCanonicalAudiences({ find }, log)([add('12345')])).toEqual([add('12345')]);
  expect(lines.filter((line) => line.includes('audience_map_unreadable'))).toHaveLength(count);
});
