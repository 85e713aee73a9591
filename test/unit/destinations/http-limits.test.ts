import { describe, expect, it } from '@jest/globals';
import { describedDestination, thirdPartyForEachTest } from './third-party-stub.ts';

const thirdParty = thirdPartyForEachTest();
const USERS = ['u', 'ü😀', '"\\', 'a\nb', '\ud800', '', '{{segment}}', '12', 'x'.repeat(1_000)];

describe('what is declared', () => {
  it('comes from the description', () => {
    const limits = {
      maxMembersPerCall: 50,
      maxSegmentsPerCall: 5,
      maxConcurrentCalls: 2,
      maxCallsPerSecond: 9,
    };
    expect(describedDestination(thirdParty.url, limits).capabilities).toEqual({
      ...limits,
      creationIdempotentBy: 'none',
      oneCallPerSegment: false,
    });
    const oneCall = { oneCallPerSegment: true };
    expect(describedDestination(thirdParty.url, oneCall).capabilities).toMatchObject(oneCall);
  });

  it('as bytes of members leaves room for the brackets around them', () => {
    const { capabilities } = describedDestination(thirdParty.url, { maxBytesPerCall: 1_000 });
    expect(capabilities.maxBytesPerCall).toBe(999);
  });
});

describe('the bytes of members', () => {
  const elements: [string, object][] = [
    ['an object', { segment: '{{segment | number}}', userid: '{{user}}' }],
    ['text', '{{user}}' as unknown as object],
    ['nested', { user: [{ id: '{{user}}', '{{segment}}': true }], kind: 'ä' }],
  ];

  it.each(elements)('are what the body takes, its brackets apart: %s', async (_, bodyEach) => {
    const add = { method: 'POST', path: '/members', bodyEach };
    const remove = { method: 'DELETE', path: '/members', bodyEach: ['{{user}}'] };
    const destination = describedDestination(thirdParty.url, { add, remove });
    for (const operation of ['add', 'remove'] as const) {
      const members = USERS.map((user, index) => ({ segment: String(index), user }));
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
    const members = [{ segment: '1', user: 'u' }];
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
    const members = [{ segment: '1', user: 'u' }];
    const result = await describedDestination(thirdParty.url).apply({ operation: 'add', members });
    expect(result).not.toHaveProperty('serverError');
  });
});
