import { describe, expect, it } from '@jest/globals';
import { allDelivered } from '../../../../shared/destinations/failed-call.ts';
import { fileName } from '../../../../shared/destinations/file-drop/file-name.ts';
import { storageFault } from '../../../../shared/destinations/file-drop/drop-storage.ts';
import { sleep } from '../../../../shared/sleep.ts';
import { filesOf, linesOf } from '../../../fakes/platforms/file-drop.ts';
import {
  manualTiming,
  batch,
  dropped,
  instanceAt,
  placeForEachTest,
  PLACES,
  SEGMENT,
  settled,
  storageBut,
} from './places.ts';

describe.each(PLACES)('files in %s', (kind) => {
  const place = placeForEachTest(kind);
  const files = async () => filesOf(SEGMENT, await place().contents());
  const names = async () => [...(await place().contents()).keys()];

  it('hold a window of micro-batches, none of which waits for its end', async () => {
    const { timing, passUntil } = manualTiming();
    const instance = instanceAt(place().storage(), {}, timing);
    const begun = timing.now();
    const batches = [
      batch('add', 'anna', 'bert'),
      batch('remove', 'anna'),
      ...Array.from({ length: 40 }, (_, n) => batch('add', `user-${n}`)),
    ];
    for (const each of batches) {
      expect(await instance.deliver(each)).toEqual(allDelivered(each.members));
    }
    expect(timing.now()).toBe(begun);
    expect(await files()).toEqual([]);

    await passUntil(settled(instance));
    expect(timing.now() - begun).toBeGreaterThanOrEqual(10_000);
    const [file, ...others] = await files();
    expect(others).toEqual([]);
    expect(linesOf(file?.[1] ?? Buffer.alloc(0))).toEqual([
      'anna\tadd',
      'bert\tadd',
      'anna\tremove',
      ...Array.from({ length: 40 }, (_, n) => `user-${n}\tadd`),
    ]);
    expect(file?.[0]).toBe(fileName(SEGMENT, begun, 'tsv.gz'));
    expect(await names()).toHaveLength(1);
  });

  it('that could not be made are tried again, and the next call tells why', async () => {
    const { timing, passUntil } = manualTiming();
    const storage = place().storage();
    let refusals = 0;
    const refusing = storageBut(storage, {
      publish: (file) => {
        refusals += 1;
        if (refusals > 2) return storage.publish(file);
        return Promise.reject(storageFault('it answers 403', 403));
      },
    });
    const instance = instanceAt(refusing, {}, timing);
    const first = batch('add', 'anna');
    expect(await instance.deliver(first)).toEqual(allDelivered(first.members));
    const failed = (async () => {
      while (refusals === 0) await sleep(2);
    })();
    await passUntil(failed.then(() => true));
    await sleep(20);
    const second = batch('add', 'bert');
    expect(await instance.deliver(second)).toMatchObject({ kind: 'fault', status: 403 });
    expect(await instance.deliver(second)).toEqual(allDelivered(second.members));
    await passUntil(settled(instance));
    const lines = (await files()).flatMap(([, content]) => linesOf(content));
    expect(lines).toEqual(['anna\tadd', 'bert\tadd']);
  });

  it('have no second column where they hold additions only', async () => {
    const instance = instanceAt(place().storage(), { operations: 'additions-only' });
    instance.endWindows();
    await dropped(instance, batch('add', 'anna', 'bert'));
    const [[, content] = ['', Buffer.alloc(0)]] = await files();
    expect(linesOf(content)).toEqual(['anna', 'bert']);
  });

  it('hold everybody but whom a line cannot hold', async () => {
    const instance = instanceAt(place().storage());
    instance.endWindows();
    const result = await dropped(instance, batch('add', 'a\tb', 'anna', 'x\ny'));
    expect(result).toMatchObject({
      outcomes: [{ status: 'rejected' }, { status: 'delivered' }, { status: 'rejected' }],
    });
    expect(await instance.deliver(batch('add', 'x\ny'))).toMatchObject({
      outcomes: [{ status: 'rejected' }],
    });
    const contents = (await files()).map(([, content]) => linesOf(content));
    expect(contents).toEqual([['anna\tadd']]);
  });

  it('get the next minute when a name is taken', async () => {
    const now = () => Date.UTC(2026, 0, 2, 3, 4);
    const instance = instanceAt(place().storage(), {}, { ...manualTiming().timing, now });
    instance.endWindows();
    await place()
      .storage()
      .create(fileName(SEGMENT, now(), 'tsv.gz'), Buffer.from('theirs'));
    for (const user of ['a', 'b']) await dropped(instance, batch('add', user));
    const minutes = (await files()).map(([name]) => name.slice(-22, -7));
    expect(minutes).toEqual(
      ['6_01_02_03_04', '6_01_02_03_05', '6_01_02_03_06'].map((m) => `02${m}`),
    );
  });

  it('get the next minute when the name is taken after our look', async () => {
    const now = () => Date.UTC(2026, 0, 2, 3, 4);
    const storage = place().storage();
    const taken = fileName(SEGMENT, now(), 'tsv.gz');
    const instance = instanceAt(
      storageBut(storage, {
        publish: async (file) => {
          await storage.create(taken, Buffer.from('theirs'));
          return storage.publish(file);
        },
      }),
      {},
      { ...manualTiming().timing, now },
    );
    instance.endWindows();
    await dropped(instance, batch('add', 'anna'));
    const all = await files();
    expect(all.map(([name]) => name)).toEqual([taken, taken.replace('_04.', '_05.')]);
    expect(all[0]?.[1].toString()).toBe('theirs');
  });

  it('are rolled at once when the process ends, and after that', async () => {
    const instance = instanceAt(place().storage(), {}, manualTiming().timing);
    await instance.deliver(batch('add', 'anna'));
    expect(await files()).toEqual([]);
    instance.endWindows();
    await instance.settled();
    await dropped(instance, batch('add', 'bert'));
    expect((await files()).map(([, content]) => linesOf(content))).toEqual([
      ['anna\tadd'],
      ['bert\tadd'],
    ]);
  });

  it.each([{ rollMembers: 3 }, { rollBytes: 60 }])(
    'are rolled early by size: %j',
    async (limits) => {
      const { timing, passUntil } = manualTiming();
      const instance = instanceAt(place().storage(), { ...limits, rollMs: 300_000 }, timing);
      const begun = timing.now();
      await instance.deliver(batch('add', 'anna', 'bert'));
      await instance.deliver(batch('add', 'carl'));
      await passUntil(settled(instance), 200);
      expect(timing.now() - begun).toBeLessThan(150_000);
      expect((await files()).map(([, content]) => linesOf(content).length)).toEqual([3]);
    },
  );

  it('of a segment that is none of ours are not made', async () => {
    const instance = instanceAt(place().storage());
    const members = [{ segment: '../x', user: 'u', operatedAt: 1 }];
    const result = await instance.deliver({ operation: 'add', members });
    expect(result).toMatchObject({ outcomes: [{ status: 'rejected' }] });
    expect(await names()).toEqual([]);
  });
});
