import { describe, expect, it } from '@jest/globals';
import type { Destination } from '../../../shared/destinations/destination.ts';
import { parseDescription } from '../../../shared/destinations/http/description/parse-description.ts';
import { createHttpDestination } from '../../../shared/destinations/http/http-destination.ts';
import { shippedDescriptions } from '../../../shared/destinations/registry.ts';
import { pangolinFixture } from '../../fakes/platforms/pangolin.ts';
import { checkRule, conformanceRules, type BrokenRule } from './rules.ts';
import type { DestinationFixture } from './third-party.ts';

/** The rules that a destination breaks. */
async function brokenBy(start: () => Promise<DestinationFixture>): Promise<BrokenRule[]> {
  const results = await Promise.all(conformanceRules.map((rule) => checkRule(rule, start)));
  return results.filter((result) => result !== undefined && result !== 'skipped');
}

/** Pangolin's destination, spoilt. */
async function spoilt(spoil: (good: Destination) => Partial<Destination>) {
  const fixture = await pangolinFixture('pangolin');
  return {
    ...fixture,
    create: (settings: Parameters<typeof fixture.create>[0]) => {
      const good = fixture.create(settings);
      return { ...good, ...spoil(good) };
    },
  };
}

/** A destination by Pangolin's description, with other fields. */
async function described(fields: object) {
  const fixture = await pangolinFixture('pangolin');
  const description = { ...Object(shippedDescriptions['pangolin']), ...fields } as object;
  return {
    ...fixture,
    create: (settings: Parameters<typeof fixture.create>[0]) =>
      createHttpDestination(parseDescription(description, 'broken.json'), settings),
  };
}

describe('a broken destination fails the kit by the name of the rule', () => {
  it.each<[string, (good: Destination) => Partial<Destination>]>([
    [
      'adds members: exactly those, and says so',
      () => ({
        apply: ({ members }) =>
          Promise.resolve({
            kind: 'outcomes',
            outcomes: members.map(() => ({ status: 'delivered' })),
          }),
      }),
    ],
    [
      'meets a third party that is down (503): retry',
      (good) => ({
        apply: async (batch) => {
          const result = await good.apply(batch);
          if (result.kind !== 'retry') return result;
          return {
            kind: 'outcomes',
            outcomes: batch.members.map(() => ({ status: 'rejected', reason: 'failed' })),
          };
        },
      }),
    ],
    [
      'loses the connection: retry',
      (good) => ({
        apply: (batch) =>
          good.apply({
            ...batch,
            members: batch.members.filter(({ user }) => !user.includes('marker')),
          }),
      }),
    ],
    [
      'makes one segment of a creation that is repeated',
      (good) => ({
        createSegment: (request) =>
          good.createSegment({ ...request, title: `${request.title} ${Math.random()}` }),
      }),
    ],
    [
      'makes different segments of different audiences',
      (good) => ({
        createSegment: (request) => good.createSegment({ ...request, title: 'Audience' }),
      }),
    ],
    [
      'wrong credentials are a fault: an operator must act, and no member is to blame',
      (good) => ({
        apply: async (batch) => {
          const result = await good.apply(batch);
          return result.kind === 'fault' ? { kind: 'retry', reason: 'no' } : result;
        },
      }),
    ],
    [
      'tells by a probe whether its credentials are accepted',
      () => ({ probe: () => Promise.resolve() }),
    ],
    [
      'changes nothing when a call comes twice',
      (good) => {
        let calls = 0;
        return {
          apply: (batch) => {
            calls += 1;
            const operation = calls === 2 ? 'remove' : batch.operation;
            return good.apply({ ...batch, operation });
          },
        };
      },
    ],
    [
      'declares limits that are numbers above zero',
      (good) => ({ capabilities: { ...good.capabilities, maxConcurrentCalls: 0 } }),
    ],
  ])('%s', async (rule, spoil) => {
    const broken = await brokenBy(() => spoilt(spoil));
    expect(broken.map((each) => each.rule)).toContain(rule);
  });
});

describe('a broken description fails the kit by the name of the rule', () => {
  const member = { segment: '{{segment | number}}', userid: '{{user}}' };
  it.each<[string, object]>([
    [
      'removes members, and leaves the others',
      { remove: { method: 'POST', path: '/v1/segment', member } },
    ],
    [
      'adds members: exactly those, and says so',
      { add: { method: 'POST', path: '/v1/segment', member: { ...member, userid: 'x-{{user}}' } } },
    ],
    [
      'carries ids of any characters unchanged, or refuses them one by one',
      { user: { normalize: ['trim'], hash: 'md5-hex' } },
    ],
    ['is not built without the credentials it needs', { auth: { type: 'none' } }],
    [
      'tells by a probe whether its credentials are accepted',
      { probe: { method: 'GET', path: '/', answers: [{ status: [404], means: 'retry' }] } },
    ],
    ['fills a call up to its limit of members and bytes', { limits: { membersPerCall: 5_000 } }],
    ['meets a server error (500): retry', { answers: [{ status: [500], means: 'rejected' }] }],
    ['follows no redirect: an operator must look', { answers: [{ status: [302], means: 'ok' }] }],
  ])('%s', async (rule, fields) => {
    const broken = await brokenBy(() => described(fields));
    expect(broken.map((each) => each.rule)).toContain(rule);
  });

  it('and the good one breaks none', async () => {
    expect(await brokenBy(() => described({}))).toEqual([]);
  });
});
