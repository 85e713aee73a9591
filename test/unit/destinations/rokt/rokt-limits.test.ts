import { describe, expect, it } from '@jest/globals';
import { createRoktDestination } from '../../../../shared/destinations/rokt/rokt-destination.ts';
import { DestinationError } from '../../../../shared/errors.ts';
import { recordingFetch } from '../recording-fetch.ts';

const IMPORT = { accountId: '1', identifier: 'email' };
const ATTRIBUTES = {
  mode: 'attributes',
  pod: 'us1',
  identity: 'customer_id',
  attributePrefix: 'p_',
};
const EVENTS = { mode: 'events', pod: 'us1', identity: 'customer_id' };

function rokt(options: object) {
  const { fetch, calls } = recordingFetch(() => new Response(null, { status: 202 }));
  const credentials = () => Promise.resolve('key:secret');
  return { destination: createRoktDestination({ credentials, options, fetch }), calls };
}

async function refusalOf(options: object, title: string): Promise<string | undefined> {
  const request = { title, audienceId: 'a.1' };
  try {
    await rokt(options).destination.createSegment(request);
    return undefined;
  } catch (error) {
    if (error instanceof DestinationError && error.code === 'DESTINATION_REFUSED') {
      return error.message;
    }
    throw error;
  }
}

describe('the name of an audience', () => {
  it.each([
    [IMPORT, 'x'.repeat(256), 'x'.repeat(257)],
    [ATTRIBUTES, 'x'.repeat(254), 'x'.repeat(255)],
    [EVENTS, 'x'.repeat(256), 'x'.repeat(257)],
  ])('may be as long as Rokt takes it: %j', async (options, longest, longer) => {
    expect(await refusalOf(options, longest)).toBeUndefined();
    expect(await refusalOf(options, longer)).toMatch(
      /^Rokt refused the audience: its name is longer/,
    );
  });

  it.each([IMPORT, ATTRIBUTES, EVENTS])('can be read: %j', async (options) => {
    expect(await refusalOf(options, ' ')).toMatch(/is empty/);
    expect(await refusalOf(options, 'a\u0000b')).toMatch(/cannot be printed/);
    expect(await refusalOf(options, '\ud800')).toMatch(/cannot be printed/);
    expect(await refusalOf(options, 'Käufer 😀, März')).toBeUndefined();
  });

  it('is not that of something Rokt has of its own', async () => {
    const bare = { ...ATTRIBUTES, attributePrefix: '' };
    expect(await refusalOf(IMPORT, 'AdvertiserDatabase')).toMatch(/list that Rokt has already/);
    expect(await refusalOf(bare, 'Email')).toBeUndefined();
    expect(await refusalOf(bare, 'FirstName')).toMatch(/Rokt knows/);
    expect(await refusalOf(bare, '$age')).toMatch(/Rokt knows/);
    expect(await refusalOf(ATTRIBUTES, 'FirstName')).toBeUndefined();
  });

  it('is that of the segment, with the prefix of attributes', async () => {
    const request = { title: 'VIPs', audienceId: 'a.1' };
    const created = { created: true };
    await expect(rokt(IMPORT).destination.createSegment(request)).resolves.toEqual({
      ...created,
      segment: 'VIPs',
    });
    await expect(rokt(ATTRIBUTES).destination.createSegment(request)).resolves.toEqual({
      ...created,
      segment: 'p_VIPs',
    });
  });
});

describe('a member that Rokt could not take', () => {
  const segment = 'VIPs';
  const good = { segment, user: 'good', operatedAt: 0 };

  it.each([
    [IMPORT, { ...good, user: 'x'.repeat(321) }],
    [IMPORT, { ...good, user: ' ' }],
    [ATTRIBUTES, { ...good, user: 'x'.repeat(4_097) }],
    [ATTRIBUTES, { ...good, user: 'a\nb' }],
    [ATTRIBUTES, { ...good, segment: 'x'.repeat(257) }],
    [EVENTS, { ...good, segment: 'x'.repeat(257) }],
    [EVENTS, { ...good, user: '' }],
  ])('is rejected alone, and never sent: %#', async (options, bad) => {
    const { destination, calls } = rokt(options);
    const sharesCalls = destination.capabilities.maxSegmentsPerCall > 1;
    const one = sharesCalls ? good : { ...good, segment: bad.segment };
    const result = await destination.apply({ operation: 'add', members: [one, bad] });
    expect(result).toEqual({
      kind: 'outcomes',
      outcomes: [
        { status: 'delivered' },
        { status: 'rejected', reason: expect.stringMatching(/^not sent: /) },
      ],
    });
    expect(JSON.stringify(result)).not.toContain(bad.user.trim() || '\n');
    expect(calls).toHaveLength(1);
    expect(calls[0]?.body).not.toContain('xxx');
    expect(destination.memberBytes?.('add', bad)).toBe(0);
  });

  it('costs no call when there is no other', async () => {
    const { destination, calls } = rokt(IMPORT);
    await destination.apply({ operation: 'add', members: [{ ...good, user: '' }] });
    expect(calls).toEqual([]);
  });
});

describe('the bytes of a call', () => {
  it.each([
    [{ ...IMPORT, membersPerCall: 10_000 }, 'add', 1_000_000],
    [ATTRIBUTES, 'add', 256_000],
    [ATTRIBUTES, 'remove', 256_000],
    [EVENTS, 'add', 256_000],
  ] as const)('stay within the limit when members do: %j %s', async (options, operation, limit) => {
    const { destination, calls } = rokt(options);
    const { maxBytesPerCall = 0, maxMembersPerCall } = destination.capabilities;
    const members = [];
    const length = limit === 1_000_000 ? 280 : 4_000;
    let bytes = 0;
    for (let index = 0; index < maxMembersPerCall; index++) {
      const user = `${index}-ä"${'x'.repeat(length)}`;
      const next = { segment: 'p_VIPs', user, operatedAt: 0 };
      bytes += destination.memberBytes?.(operation, next) ?? 0;
      if (bytes > maxBytesPerCall) break;
      members.push(next);
    }
    await destination.apply({ operation, members });
    const sent = Buffer.byteLength(calls[0]?.body ?? '');
    expect(sent).toBeLessThanOrEqual(limit);
    expect(sent).toBeGreaterThan(limit * 0.97);
    const counted = members.reduce(
      (sum, each) => sum + (destination.memberBytes?.(operation, each) ?? 0),
      0,
    );
    expect(counted).toBeGreaterThan(sent - 200);
  });

  it.each([
    [IMPORT, 1_001, 1],
    [IMPORT, 2, 2],
    [ATTRIBUTES, 91, 1],
  ])('are never those of more than was declared: %j %i', async (options, count, segments) => {
    const members = Array.from({ length: count }, (_, index) => ({
      segment: `s${index % segments}`,
      user: `u${index}`,
      operatedAt: 0,
    }));
    const { destination, calls } = rokt(options);
    await expect(destination.apply({ operation: 'add', members })).rejects.toThrow(TypeError);
    expect(calls).toEqual([]);
  });
});
