import { expect, test } from '@jest/globals';
import { seededRandom } from '../../../../bench/cost/seeded-random.ts';
import { spreadOver } from '../../../../bench/cost/spread.ts';
import type { Mutation } from '../../../../shared/audience/audience.ts';
import { groupMutations } from '../../../../shared/audience/grouping.ts';

const MUTATIONS = 100;

test.each([
  { audiences: 1, hottestShare: 1, audiencesPerRequest: 1, shards: 4 },
  { audiences: 20, hottestShare: 0.3, audiencesPerRequest: 1, shards: 2 },
  { audiences: 20, hottestShare: 0.3, audiencesPerRequest: 5, shards: 2 },
  { audiences: 20, hottestShare: 0.1, audiencesPerRequest: 5, shards: 64 },
])('requests spread over the keys as the code groups them: %o', ({ shards, ...traffic }) => {
  const shape = { name: '', mutationsPerDay: 1, why: '', ...traffic };
  const random = seededRandom(3);
  const pick = (count: number) => Math.floor(random() * count);
  const requests = 400;
  let keys = 0;
  let hottestKey = 0;
  for (let request = 0; request < requests; request += 1) {
    const others = Array.from({ length: traffic.audiences - 1 }, (_, index) => `a.${index + 1}`);
    const inRequest = Array.from({ length: traffic.audiencesPerRequest - 1 }, () => {
      return others.splice(pick(others.length), 1)[0] ?? '';
    });
    const single =
      random() < traffic.hottestShare || others.length === 0 ? 'a.0' : others[pick(others.length)];
    const audienceOf = () => {
      if (inRequest.length === 0) return single ?? '';
      return random() < traffic.hottestShare ? 'a.0' : (inRequest[pick(inRequest.length)] ?? '');
    };
    const mutations = Array.from({ length: MUTATIONS }, (_, index): Mutation => ({
      audience: audienceOf(),
      operation: 'add',
      user: { externalUserId: `user ${request} ${index}` },
    }));
    const groups = groupMutations(mutations, { shards, memberId: 'external_user_id' });
    keys += groups.length;
    hottestKey += groups.filter(({ orderingKey }) => orderingKey === 'mutate:a.0:0').length;
  }
  const spread = spreadOver({ shape, shards, mutationsPerRequest: MUTATIONS });
  expect(spread.keysPerRequest / (keys / requests)).toBeGreaterThan(0.95);
  expect(spread.keysPerRequest / (keys / requests)).toBeLessThan(1.05);
  expect(Math.abs(spread.touchesHottestKey - hottestKey / requests)).toBeLessThan(0.06);
});
