import { describe, expect, it } from '@jest/globals';
import type { DropStorage } from '../../../../shared/destinations/file-drop/drop-storage.ts';
import { storageUnavailable } from '../../../../shared/destinations/file-drop/drop-storage.ts';
import { sleep } from '../../../../shared/sleep.ts';
import { filesOf, linesOf, membersOfFiles } from '../../../fakes/platforms/file-drop.ts';
import {
  appears,
  ASIDE,
  batch,
  instanceAt,
  manualTiming,
  never,
  placeForEachTest,
  PLACES,
  SEGMENT,
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

  it('its message, redelivered, makes the file, however little else comes', async () => {
    const { timing, passUntil } = manualTiming();
    const first = batch('add', 'anna', 'bert');
    void dying('takeDown', timing).deliver(first);
    await appears(place(), '/window');
    const instance = instanceAt(place().storage(), {}, timing);
    await instance.deliver(batch('add', 'carl'));
    await passUntil(instance.deliver(first));
    const all = [['anna\tadd', 'bert\tadd', 'carl\tadd', 'anna\tadd', 'bert\tadd']];
    expect(await lines()).toEqual(all);
    expect(await left()).toEqual([]);
  });

  it('its message, redelivered while it lives after all, does no harm', async () => {
    const { timing, passUntil } = manualTiming();
    const first = batch('add', 'anna');
    const [one, other] = [1, 2].map(() => instanceAt(place().storage(), {}, timing));
    const opener = one?.deliver(first);
    await appears(place(), '/window');
    await passUntil(Promise.all([opener, other?.deliver(first)]));
    expect(await lines()).toEqual([['anna\tadd', 'anna\tadd']]);
  });

  it('a window long over is ended by whoever finds it', async () => {
    const { timing, pass } = manualTiming();
    void dying('takeDown', timing).deliver(batch('add', 'anna'));
    await appears(place(), '/window');
    const instance = instanceAt(place().storage(), {}, timing);
    pass(39_000);
    await instance.deliver(batch('add', 'bert'));
    expect(await lines()).toEqual([]);
    pass(2_000);
    await instance.deliver(batch('add', 'carl'));
    expect(await lines()).toEqual([['anna\tadd', 'bert\tadd', 'carl\tadd']]);
  });

  it('whoever holds a window that another ended goes at its next look', async () => {
    const { timing, passUntil } = manualTiming();
    const storage = place().storage();
    const opener = instanceAt(storage, {}, timing).deliver(batch('add', 'anna'));
    await appears(place(), '/window');
    const begun = timing.now();
    const window = await storage.look(`${ASIDE}window`);
    expect(window && (await place().storage().takeDown(window))).toBe(true);
    expect(await passUntil(opener, 100)).toMatchObject({ kind: 'outcomes' });
    expect(timing.now() - begun).toBeLessThan(9_000);
    expect(await lines()).toEqual([]);
  });

  it('a window whose notice nobody can read is over', async () => {
    const storage = place().storage();
    await storage.post(`${ASIDE}window`, 'not ours');
    await instanceAt(storage, {}, manualTiming().timing).deliver(batch('add', 'anna'));
    expect(await lines()).toEqual([['anna\tadd']]);
  });

  it.each(['publish', 'remove'] as const)(
    'in the middle of a roll (%s), it blocks no other for long',
    async (step) => {
      const { timing, pass, passUntil } = manualTiming();
      const dead = dying(step, timing);
      dead.endWindows();
      await place().storage().create(`${ASIDE}part-000000000000001-1-1-x.gz`, Buffer.alloc(0));
      void dead.deliver(batch('add', 'anna'));
      await appears(place(), step === 'remove' ? '.tsv.gz' : '/lock');
      pass(20_000);
      const instance = instanceAt(place().storage(), {}, timing);
      const begun = timing.now();
      await passUntil(instance.deliver(batch('remove', 'anna')));
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
    void dead.deliver(batch('add', 'anna'));
    await appears(place(), '/window');
    await dead.deliver(batch('add', 'bert'));
    await dead.deliver(batch('remove', 'bert'));
    parts.push(...(await storage.list(`${ASIDE}part-`)));
    expect(parts).toHaveLength(3);
    dead.endWindows();
    await appears(place(), '.tsv.gz');
    while ((await storage.list(`${ASIDE}part-`)).length > 2) await sleep(2);

    await passUntil(instanceAt(place().storage(), {}, timing).deliver(batch('add', 'carl')));
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
    const late = sleeper.deliver(batch('add', 'anna'));
    await appears(place(), '/lock');
    pass(1_000);
    const other = instanceAt(place().storage(), {}, timing);
    await passUntil(other.deliver(batch('remove', 'anna')));
    wake();
    expect(await late).toMatchObject({ kind: 'retry' });
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
      expect(membersOfFiles(SEGMENT, await place().contents())).toEqual(['bert']);
      expect(await left()).toEqual([]);
    },
  );
});
