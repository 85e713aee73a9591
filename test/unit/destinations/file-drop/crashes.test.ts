import { describe, expect, it } from '@jest/globals';
import type { DropStorage } from '../../../../shared/destinations/file-drop/drop-storage.ts';
import { storageUnavailable } from '../../../../shared/destinations/file-drop/drop-storage.ts';
import { sleep } from '../../../../shared/sleep.ts';
import { filesOf, linesOf, membersOfFiles } from '../../../fakes/platforms/file-drop.ts';
import {
  appears,
  ASIDE,
  batch,
  dropped,
  instanceAt,
  manualTiming,
  never,
  placeForEachTest,
  PLACES,
  SEGMENT,
  settled,
  storageBut,
} from './places.ts';

describe.each(PLACES)('with an instance that dies, in %s', (kind) => {
  const place = placeForEachTest(kind);
  const lines = async () =>
    filesOf(SEGMENT, await place().contents()).map(([, content]) => linesOf(content));
  const left = async () =>
    [...(await place().contents()).keys()].filter((name) => name.startsWith(ASIDE));

  /** An instance that stops at a step, and everything of it for ever. */
  function dying(step: keyof DropStorage, timing = manualTiming().timing) {
    const storage = place().storage();
    return instanceAt(storageBut(storage, { [step]: never }), {}, timing);
  }

  it('a window long over is ended by whoever finds it', async () => {
    const { timing, pass } = manualTiming();
    await dying('takeDown', timing).deliver(batch('add', 'anna'));
    const instance = instanceAt(place().storage(), {}, timing);
    pass(39_000);
    await instance.deliver(batch('add', 'bert'));
    expect(await lines()).toEqual([]);
    pass(2_000);
    await dropped(instance, batch('add', 'carl'));
    expect(await lines()).toEqual([['anna\tadd', 'bert\tadd', 'carl\tadd']]);
    expect(await left()).toEqual([]);
  });

  it('whoever opened a window that another ended lets it be at its next look', async () => {
    const { timing, passUntil } = manualTiming();
    const storage = place().storage();
    const opener = instanceAt(storage, {}, timing);
    await opener.deliver(batch('add', 'anna'));
    const begun = timing.now();
    const window = await storage.look(`${ASIDE}window`);
    expect(window && (await place().storage().takeDown(window))).toBe(true);
    await passUntil(settled(opener), 100);
    expect(timing.now() - begun).toBeLessThan(9_000);
    expect(await lines()).toEqual([]);
  });

  it('a window whose notice nobody can read is over', async () => {
    const storage = place().storage();
    await storage.post(`${ASIDE}window`, 'not ours');
    await dropped(instanceAt(storage, {}, manualTiming().timing), batch('add', 'anna'));
    expect(await lines()).toEqual([['anna\tadd']]);
  });

  it.each(['publish', 'remove'] as const)(
    'in the middle of a roll (%s), it blocks no other for long',
    async (step) => {
      const { timing, pass, passUntil } = manualTiming();
      const dead = dying(step, timing);
      dead.endWindows();
      await place().storage().create(`${ASIDE}part-000000000000001-1-1-x.gz`, Buffer.alloc(0));
      await dead.deliver(batch('add', 'anna'));
      await appears(place(), step === 'remove' ? '.tsv.gz' : '/lock');
      pass(20_000);
      const instance = instanceAt(place().storage(), {}, timing);
      const begun = timing.now();
      instance.endWindows();
      await passUntil(dropped(instance, batch('remove', 'anna')));
      expect(timing.now() - begun).toBeGreaterThan(30_000);
      expect(membersOfFiles(SEGMENT, await place().contents())).toEqual([]);
      expect(await left()).toEqual([]);
    },
  );

  it('between the file and the removal of its parts, it brings no operation back', async () => {
    const { timing, passUntil } = manualTiming();
    const storage = place().storage();
    const parts: string[] = [];
    // It removes the newest part, and dies.
    const remove = async (name: string) => {
      if (name !== parts.at(-1)) return never();
      return storage.remove(name);
    };
    const dead = instanceAt(storageBut(storage, { remove }), {}, timing);
    await dead.deliver(batch('add', 'anna'));
    await dead.deliver(batch('add', 'bert'));
    await dead.deliver(batch('remove', 'bert'));
    parts.push(...(await storage.list(`${ASIDE}part-`)));
    expect(parts).toHaveLength(3);
    dead.endWindows();
    await appears(place(), '.tsv.gz');
    while ((await storage.list(`${ASIDE}part-`)).length > 2) await sleep(2);

    await passUntil(dropped(instanceAt(place().storage(), {}, timing), batch('add', 'carl')));
    expect(membersOfFiles(SEGMENT, await place().contents())).toEqual(['anna', 'carl']);
    expect(await left()).toEqual([]);
  });

  it('or only sleeps and wakes late, it publishes nothing any more', async () => {
    const { timing, pass, passUntil } = manualTiming();
    const storage = place().storage();
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    const sleeper = instanceAt(
      storageBut(storage, {
        publish: async (file) => {
          await asleep;
          return storage.publish(file);
        },
      }),
      {},
      timing,
    );
    sleeper.endWindows();
    await sleeper.deliver(batch('add', 'anna'));
    await appears(place(), '/lock');
    pass(1_000);
    const other = instanceAt(place().storage(), {}, timing);
    await passUntil(dropped(other, batch('remove', 'anna')));
    wake();
    await sleeper.settled();
    expect(await sleeper.deliver(batch('add', 'x'))).toMatchObject({ kind: 'retry' });
    expect(await lines()).toEqual([['anna\tadd', 'anna\tremove']]);
    expect(await left()).toEqual([]);
  });

  it.each(['list', 'create', 'look', 'post', 'takeDown', 'publish', 'remove'] as const)(
    'a failure of %s is tried again, and nothing is lost',
    async (step) => {
      const { timing, passUntil } = manualTiming();
      const storage = place().storage();
      let failures = 0;
      const failing = storageBut(storage, {
        [step]: (...args: unknown[]) => {
          failures += 1;
          if (failures <= 2) return Promise.reject(storageUnavailable('broken'));
          return (storage[step] as (...all: unknown[]) => Promise<unknown>)(...args);
        },
      });
      const instance = instanceAt(failing, {}, timing);
      const batches = [batch('add', 'anna'), batch('remove', 'anna'), batch('add', 'bert')];
      for (const each of batches) {
        for (let kind = 'retry'; kind !== 'outcomes';) {
          ({ kind } = await passUntil(instance.deliver(each)));
        }
      }
      await passUntil(settled(instance));
      expect(membersOfFiles(SEGMENT, await place().contents())).toEqual(['bert']);
      expect(await left()).toEqual([]);
    },
  );
});
