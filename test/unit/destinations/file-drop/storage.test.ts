import { describe, expect, it } from '@jest/globals';
import pLimit from 'p-limit';
import type {
  DropStorage,
  Notice,
} from '../../../../shared/destinations/file-drop/drop-storage.ts';
import { ASIDE, placeForEachTest, PLACES } from './places.ts';

const text = (content: string) => Buffer.from(content);

async function locked(storage: DropStorage, words = 'lock'): Promise<Notice> {
  const lock = await storage.post(`${ASIDE}lock`, words);
  if (lock === undefined) throw new Error('It is locked already.');
  return lock;
}

describe.each(PLACES)('the storage in %s', (kind) => {
  const place = placeForEachTest(kind);

  it('lists names of a folder in order, from one on', async () => {
    const storage = place().storage();
    const names = Array.from(
      { length: 120 },
      (_, n) => `${ASIDE}part-${String(n).padStart(3, '0')}`,
    );
    await Promise.all(names.toReversed().map((name) => storage.create(name, text('x'))));
    await storage.create('part-000', text('x'));
    expect(await storage.list(ASIDE)).toEqual(names);
    expect(await storage.list(`${ASIDE}part-`, `${ASIDE}part-110`)).toEqual(names.slice(110));
    expect(await storage.list(`${ASIDE}part-`, `${ASIDE}part-999`)).toEqual([]);
    expect(await storage.list('parts/none/')).toEqual([]);
    expect(await storage.list('part-')).toEqual(['part-000']);
  });

  it('creates, reads and removes, and never overwrites', async () => {
    const storage = place().storage();
    expect(await storage.create('a', text('first ü'))).toBe(true);
    expect(await storage.create('a', text('second'))).toBe(false);
    expect((await storage.read('a'))?.toString()).toBe('first ü');
    await storage.remove('a');
    await storage.remove('a');
    expect(await storage.read('a')).toBeUndefined();
  });

  it('puts up one notice of a name, and takes down the very one', async () => {
    const [storage, other] = [place().storage(), place().storage()];
    const posts = await Promise.all([storage, other, storage].map((each) => each.post('n', 'one')));
    const [first, ...others] = posts.filter((each) => each !== undefined);
    if (first === undefined) throw new Error('Nobody put it up.');
    expect(others).toEqual([]);
    expect(await other.look('n')).toEqual(first);

    const downs = await Promise.all([storage, other].map((each) => each.takeDown(first)));
    expect(downs.sort()).toEqual([false, true]);
    expect(await storage.look('n')).toBeUndefined();

    const second = await other.post('n', 'two');
    expect(await storage.takeDown(first)).toBe(false);
    expect(await storage.look('n')).toEqual(second);
    expect(second).toMatchObject({ name: 'n', text: 'two' });
  });

  it.each([1, 31, 32, 33, 100, 1_100])('joins %i objects in their order', async (count) => {
    const storage = place().storage();
    const names = Array.from({ length: count }, (_, n) => `${ASIDE}part-${n}`);
    const limit = pLimit(16);
    await Promise.all(names.map((name, n) => limit(() => storage.create(name, text(`${n};`)))));
    const lock = await locked(storage);
    expect(await storage.publish({ name: 'all', sources: names, lock })).toBe('published');
    expect((await storage.read('all'))?.toString()).toBe(names.map((_, n) => `${n};`).join(''));
    const left = [...(await place().contents()).keys()].filter((name) => name.includes('join'));
    expect(left).toEqual([]);
    expect(place().fake?.violations ?? []).toEqual([]);
  });

  it('publishes under no name that is taken', async () => {
    const storage = place().storage();
    await storage.create('all', text('theirs'));
    await storage.create(`${ASIDE}part`, text('ours'));
    const lock = await locked(storage);
    const file = { name: 'all', sources: [`${ASIDE}part`], lock };
    expect(await storage.publish(file)).toBe('name-taken');
    expect((await storage.read('all'))?.toString()).toBe('theirs');
    expect(await storage.publish({ ...file, name: 'next' })).toBe('published');
  });

  it('publishes nothing of whoever lost the lock, or whose sources are gone', async () => {
    const storage = place().storage();
    await storage.create(`${ASIDE}part`, text('x'));
    const lost = await locked(storage);
    await storage.takeDown(lost);
    const file = { name: 'all', sources: [`${ASIDE}part`], lock: lost };
    expect(await storage.publish(file)).toBe('lock-lost');
    const lock = await locked(storage, 'of another');
    expect(await storage.publish(file)).toBe('lock-lost');
    const gone = [`${ASIDE}part`, `${ASIDE}gone`];
    expect(await storage.publish({ ...file, sources: gone, lock })).toBe('lock-lost');
    expect(await storage.read('all')).toBeUndefined();
    expect([...(await place().contents()).keys()]).toHaveLength(2);
  });
});
