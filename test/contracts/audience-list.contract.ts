import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ListedAudienceMap } from '../../shared/audience-map/audience-list.ts';
import type { Lease } from '../../shared/audience-map/audience-map.ts';

/** What every audience map must tell operators; call it inside a describe of the implementation. */
export function audienceListContract(create: () => Promise<ListedAudienceMap>): void {
  describe('listing', () => {
    let map: ListedAudienceMap;
    beforeEach(async () => {
      map = await create();
    });
    afterEach(() => map.close());

    const begin = async (id: string): Promise<Lease> => {
      const audience = { id, name: `Name of ${id}` };
      const claim = await map.claim({ audience, requestId: 'r-1', leaseMs: 60_000 });
      if (!claim.claimed) throw new Error(`expected a lease, got ${claim.state}`);
      return claim.lease;
    };
    /** The ids of all audiences, page by page. */
    const pages = async (limit: number, state?: 'creating' | 'ready' | 'failed') => {
      const read: string[][] = [];
      for (let after: string | undefined; ;) {
        const { audiences, next } = await map.list({ state, limit, after });
        read.push(audiences.map(({ audience }) => audience.id));
        if (next === undefined) return read;
        after = next;
      }
    };

    test('is empty at first, also behind an audience that is not there', async () => {
      expect(await map.list({ limit: 10 })).toEqual({ audiences: [] });
      expect(await map.list({ limit: 10, after: 'a.1' })).toEqual({ audiences: [] });
    });

    test('tells every record as find does', async () => {
      const readyAt = new Date('2026-11-02T12:00:05.250Z');
      await begin('a.1');
      await map.settleReady(await begin('a.2'), '12345', readyAt);
      await map.settleFailed(await begin('a.3'), 'The title is taken.');
      const found = await Promise.all(['a.1', 'a.2', 'a.3'].map((id) => map.find(id)));
      expect(await map.list({ limit: 10 })).toEqual({ audiences: found });
      expect(found).toMatchObject([
        { state: 'creating' },
        { state: 'ready', segment: '12345', readyAt },
        { state: 'failed', reason: 'The title is taken.', requestId: 'r-1' },
      ]);
    });

    test('goes on behind the last of a page, each audience once, until there are no more', async () => {
      for (const id of ['a.5', 'a.1', 'a.4', 'a.2', 'a.3']) await begin(id);
      expect(await pages(2)).toEqual([['a.1', 'a.2'], ['a.3', 'a.4'], ['a.5']]);
      expect(await pages(5)).toEqual([['a.1', 'a.2', 'a.3', 'a.4', 'a.5']]);
    });

    test('an audience that is settled between two pages moves no other', async () => {
      const [first] = [await begin('a.1'), await begin('a.2'), await begin('a.3')];
      const { next } = await map.list({ limit: 1 });
      await map.settleReady(first, '12345');
      const { audiences } = await map.list({ limit: 2, after: next });
      expect(audiences.map(({ audience }) => audience.id)).toEqual(['a.2', 'a.3']);
    });

    test('of one state alone, page by page too', async () => {
      for (const id of ['a.1', 'a.3', 'a.5']) await map.settleFailed(await begin(id), 'no');
      await map.settleReady(await begin('a.2'), '2');
      await begin('a.4');
      expect(await pages(2, 'failed')).toEqual([['a.1', 'a.3'], ['a.5']]);
      expect(await pages(2, 'ready')).toEqual([['a.2']]);
      expect(await pages(2, 'creating')).toEqual([['a.4']]);
    });

    test('takes any audience id, in one order, of whatever characters', async () => {
      // By their characters as a URL writes them; long ids, of which a digest is kept, behind all others.
      const ids = [
        ' ',
        '%2F',
        'ä€😀',
        '.',
        '..',
        'Z',
        '__id__',
        'a',
        'with/slash',
        '漢'.repeat(256),
      ];
      for (const id of ids.toReversed()) await begin(id);
      expect((await pages(3)).flat()).toEqual(ids);
    });
  });
}
