import { describe, expect, it } from '@jest/globals';
import { describedDestination, thirdPartyForEachTest } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const USERS = ['u', 'ü😀', '"\\', 'a\nb', '\ud800', '{{segment}}', '12', 'x'.repeat(1_000)];

describe('what is declared', () => {
  it('comes from the description', () => {
    const limits = {
      membersPerCall: 50,
      segmentsPerCall: 5,
      concurrentCalls: 2,
      callsPerSecond: 9,
    };
    expect(describedDestination(thirdParty.url, { limits }).capabilities).toEqual({
      segments: 'created',
      creationIdempotentBy: 'none',
      readyAfterMs: undefined,
      removal: 'native',
      reports: 'all-or-nothing',
      maxMembersPerCall: 50,
      maxSegmentsPerCall: 5,
      maxBytesPerCall: undefined,
      callTimeoutMs: 10_000,
      maxConcurrentCalls: 2,
      maxCallRate: { calls: 9, perMs: 1_000 },
      oneCallPerSegment: false,
    });
  });

  it.each<[object, object]>([
    [{ limits: { membersPerCall: 5, oneCallPerSegment: true } }, { oneCallPerSegment: true }],
    [
      { limits: { membersPerCall: 5, callsPerMinute: 250 } },
      { maxCallRate: { calls: 250, perMs: 60_000 } },
    ],
    // The rest is room for what stands around the members.
    [{ limits: { membersPerCall: 5, bytesPerCall: 10_000 } }, { maxBytesPerCall: 8_000 }],
    [{ remove: 'not-supported' }, { removal: 'none' }],
    [
      { add: { method: 'POST', path: '/m', member: '{{user}}', results: { by: 'none' } } },
      { reports: 'accepted' },
    ],
    [
      { create: { segment: { value: '{{title}}' } } },
      { segments: 'implicit', creationIdempotentBy: 'title' },
    ],
    [
      { create: { segment: { value: 'mapp-{{audience.id}}' } } },
      { segments: 'implicit', creationIdempotentBy: 'audience' },
    ],
  ])('%j as %j', (fields, declared) => {
    expect(describedDestination(thirdParty.url, fields).capabilities).toMatchObject(declared);
  });
});

describe('the bytes of members', () => {
  const elements: [string, object][] = [
    ['an object', { segment: '{{segment | number}}', userid: '{{user}}' }],
    ['text', '{{user}}' as unknown as object],
    ['nested', { user: [{ id: '{{user}}', '{{segment}}': true }], kind: 'ä' }],
  ];

  it.each(elements)('are what the body takes, its brackets apart: %s', async (_, member) => {
    const add = { method: 'POST', path: '/members', member };
    const remove = { method: 'DELETE', path: '/members', member: ['{{user}}'] };
    const destination = describedDestination(thirdParty.url, { add, remove });
    for (const operation of ['add', 'remove'] as const) {
      const members = USERS.map((user, index) => ({ segment: String(index), user, operatedAt: 0 }));
      await destination.apply({ operation, members });
      const body = thirdParty.calls.at(-1)?.body ?? '';
      const counted = members.map((member) => destination.memberBytes?.(operation, member) ?? 0);
      expect(counted.reduce((sum, bytes) => sum + bytes, 0) + 1).toBe(Buffer.byteLength(body));
    }
  });
});

describe('a server error', () => {
  const apply = (status: number, headers: Record<string, string> = {}) => {
    thirdParty.reactWith({ status, headers });
    const members = [{ segment: '1', user: 'u', operatedAt: 0 }];
    return describedDestination(thirdParty.url).apply({ operation: 'add', members });
  };

  it.each([500, 502, 503, 504])('is %i: a member may be what it fails over', async (status) => {
    expect(await apply(status)).toMatchObject({ kind: 'retry', serverError: true });
  });

  it.each([500, 503])('is not %i with Retry-After: the third party is busy', async (status) => {
    expect(await apply(status, { 'Retry-After': '1' })).toMatchObject({
      kind: 'retry',
      retryAfterMs: 1_000,
      serverError: false,
    });
  });

  it.each([408, 409, 425, 429])('is not %i', async (status) => {
    expect(await apply(status)).toMatchObject({ kind: 'retry', serverError: false });
  });

  it('is not a connection that was lost', async () => {
    thirdParty.reactWith('reset');
    const members = [{ segment: '1', user: 'u', operatedAt: 0 }];
    const result = await describedDestination(thirdParty.url).apply({ operation: 'add', members });
    expect(result).not.toHaveProperty('serverError');
  });
});
