import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { AudienceMap, Claim, Lease } from '../../shared/audience-map/audience-map.ts';

const AUDIENCE = { id: 'a5940e473cea659.356693871497425011', name: 'Test audience', customer: 123 };
const LONG = 60_000;
const SHORT = 30;

/** What every audience map must do; call it inside a describe of the implementation. */
export function audienceMapContract(create: () => Promise<AudienceMap>): void {
  let map: AudienceMap;
  beforeEach(async () => {
    map = await create();
  });
  afterEach(() => map.close());

  const claim = (requestId: string, leaseMs = LONG, audience = AUDIENCE) =>
    map.claim({ audience, requestId, leaseMs });
  const leaseOf = (result: Claim): Lease => {
    if (!result.claimed) throw new Error(`expected a lease, got ${result.state}`);
    return result.lease;
  };

  test('knows nothing at first', async () => {
    expect(await map.find(AUDIENCE.id)).toBeUndefined();
  });

  test('creating → ready: found by the id of the audience and by that of the segment', async () => {
    const lease = leaseOf(await claim('r-1'));
    expect(await map.find(AUDIENCE.id)).toEqual({ state: 'creating', audience: AUDIENCE });
    expect(await map.settleReady(lease, '12345')).toBe('settled');
    const ready = { state: 'ready', audience: AUDIENCE, segment: '12345' };
    expect(await map.find(AUDIENCE.id)).toStrictEqual(ready);
    expect(await map.find('12345')).toStrictEqual(ready);
    expect(await claim('r-2')).toEqual({ claimed: false, state: 'ready', segment: '12345' });
  });

  test('keeps when a segment takes members, where that is later than now', async () => {
    const readyAt = new Date('2026-11-02T12:00:05.250Z');
    await map.settleReady(leaseOf(await claim('r-1')), '12345', readyAt);
    const ready = { state: 'ready', audience: AUDIENCE, segment: '12345', readyAt };
    expect(await map.find(AUDIENCE.id)).toEqual(ready);
    expect(await map.find('12345')).toEqual(ready);
    expect(await claim('r-2')).toEqual({ claimed: false, state: 'ready', segment: '12345' });
  });

  test('an audience without a customer number is kept too', async () => {
    const audience = { id: 'a.2', name: 'No customer' };
    const lease = leaseOf(await map.claim({ audience, requestId: 'r-1', leaseMs: LONG }));
    await map.settleReady(lease, '7');
    expect(await map.find('a.2')).toMatchObject({ state: 'ready', audience });
  });

  test.each(['with/slash', '.', '..', '__id__', 'ä€😀', ' ', '%2F', '漢'.repeat(256)])(
    'takes any audience id: %j',
    async (id) => {
      const audience = { id, name: 'Odd' };
      const lease = leaseOf(await map.claim({ audience, requestId: 'r-1', leaseMs: LONG }));
      expect(await map.settleReady(lease, `segment of ${id}`)).toBe('settled');
      expect(await map.find(id)).toMatchObject({ state: 'ready', segment: `segment of ${id}` });
      expect(await map.find(`segment of ${id}`)).toMatchObject({ audience: { id } });
    },
  );

  test('of many claims at once, exactly one wins', async () => {
    const claims = await Promise.all(Array.from({ length: 5 }, (_, index) => claim(`r-${index}`)));
    expect(claims.filter(({ claimed }) => claimed)).toHaveLength(1);
    for (const lost of claims.filter(({ claimed }) => !claimed)) {
      expect(lost).toMatchObject({ claimed: false, state: 'creating' });
    }
  });

  test('a lease that expired can be claimed again, and its first holder has lost it', async () => {
    const first = leaseOf(await claim('r-1', SHORT));
    await sleep(2 * SHORT);
    const second = leaseOf(await claim('r-2'));
    expect(await map.settleReady(first, '1')).toBe('lease-lost');
    expect(await map.settleFailed(first, 'no')).toBe('lease-lost');
    await map.release(first);
    expect(await claim('r-3')).toMatchObject({ claimed: false, state: 'creating' });
    expect(await map.settleReady(second, '2')).toBe('settled');
    expect(await map.find(AUDIENCE.id)).toMatchObject({ segment: '2' });
  });

  const ASKED = new Date('2026-11-02T12:00:00.500Z');
  const postponed = (requestId = 'r-1', audience = AUDIENCE) => ({
    audience,
    requestId,
    trace: 't-1',
    askedAt: ASKED,
  });
  const past = (ms = 1_000) => new Date(Date.now() - ms);

  test('a creation that is postponed is due at its time, until it is settled', async () => {
    expect(await map.due(10)).toEqual([]);
    await map.postpone(postponed(), new Date(Date.now() + LONG));
    expect(await map.find(AUDIENCE.id)).toEqual({ state: 'creating', audience: AUDIENCE });
    expect(await map.due(10)).toEqual([]);
    await map.postpone(postponed(), past());
    expect(await map.due(10)).toEqual([postponed()]);
    await map.settleReady(leaseOf(await claim('r-1')), '12345');
    expect(await map.due(10)).toEqual([]);
  });

  test('creations are told the longest due first, as many as asked for, and without what they lack', async () => {
    const of = (id: string) => ({ audience: { id, name: id }, requestId: 'r', askedAt: ASKED });
    await map.postpone(of('a.2'), past(2_000));
    await map.postpone(of('a.1'), past(3_000));
    await map.postpone(of('a.3'), past(1_000));
    expect(await map.due(2)).toEqual([of('a.1'), of('a.2')]);
  });

  test('a creation that is claimed is due again when the lease ends, or when it was given back', async () => {
    await map.postpone(postponed(), past());
    const crashed = leaseOf(await claim('r-1', SHORT));
    expect(crashed.audience).toEqual(AUDIENCE);
    await sleep(2 * SHORT);
    expect(await map.due(10)).toEqual([postponed()]);
    const lease = leaseOf(await claim('r-1'));
    expect(await map.due(10)).toEqual([]);
    await map.release(lease);
    await map.postpone(postponed(), past());
    expect(await map.due(10)).toEqual([postponed()]);
  });

  test('postponing while somebody creates leaves the lease, and waits for its end', async () => {
    const lease = leaseOf(await claim('r-1'));
    await map.postpone(postponed('r-2'), past());
    expect(await map.due(10)).toEqual([]);
    expect(await map.settleFailed(lease, 'refused')).toBe('settled');
    expect(await map.due(10)).toEqual([]);
    await map.postpone(postponed('r-2'), past());
    expect(await map.due(10)).toEqual([postponed('r-2')]);
  });

  test('an audience that is ready is not postponed', async () => {
    await map.settleReady(leaseOf(await claim('r-1')), '12345');
    await map.postpone(postponed(), past());
    expect(await map.find(AUDIENCE.id)).toMatchObject({ state: 'ready' });
    expect(await map.due(10)).toEqual([]);
  });

  test('a released lease can be claimed at once', async () => {
    await map.release(leaseOf(await claim('r-1')));
    expect(await map.find(AUDIENCE.id)).toEqual({ state: 'creating', audience: AUDIENCE });
    expect(await claim('r-2')).toMatchObject({ claimed: true });
  });

  test('creating → failed: keeps the reason and whose it was; a later request may try again', async () => {
    const lease = leaseOf(await claim('r-1'));
    expect(await map.settleFailed(lease, 'The title is taken.')).toBe('settled');
    expect(await map.find(AUDIENCE.id)).toEqual({
      state: 'failed',
      audience: AUDIENCE,
      reason: 'The title is taken.',
      requestId: 'r-1',
    });
    const again = leaseOf(await claim('r-2'));
    expect(await map.settleReady(again, '12345')).toBe('settled');
    expect(await map.find(AUDIENCE.id)).toMatchObject({ state: 'ready' });
  });

  test('a segment belongs to one audience; the lease survives the collision', async () => {
    await map.settleReady(leaseOf(await claim('r-1')), '12345');
    const other = leaseOf(await claim('r-2', LONG, { ...AUDIENCE, id: 'a.other' }));
    expect(await map.settleReady(other, '12345')).toBe('segment-taken');
    expect(await map.settleReady(other, '12346')).toBe('settled');
    expect(await map.find('12345')).toMatchObject({ audience: { id: AUDIENCE.id } });
  });

  test('a settled record does not change any more', async () => {
    const lease = leaseOf(await claim('r-1'));
    await map.settleReady(lease, '12345');
    expect(await map.settleReady(lease, '99')).toBe('lease-lost');
    expect(await map.settleFailed(lease, 'late')).toBe('lease-lost');
    expect(await map.find(AUDIENCE.id)).toMatchObject({ state: 'ready', segment: '12345' });
  });
}
