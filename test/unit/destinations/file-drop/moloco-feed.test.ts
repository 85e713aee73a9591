import { describe, expect, it } from '@jest/globals';
import { keepLabel } from '../../../../shared/destinations/file-drop/moloco-feed.ts';
import { storageUnavailable } from '../../../../shared/destinations/file-drop/drop-storage.ts';
import { filesOf } from '../../../fakes/platforms/file-drop.ts';
import {
  ASIDE,
  batch,
  dropped,
  instanceAt,
  manualTiming,
  placeForEachTest,
  PLACES,
  SEGMENT,
  storageBut,
} from './places.ts';

const HEADER = 'audience_id,audience_label,user_ids';
const format = 'moloco-audience-feed';

describe.each(PLACES)('audience feeds in %s', (kind) => {
  const place = placeForEachTest(kind);
  const feeds = async () =>
    filesOf(SEGMENT, await place().contents()).map(([, content]) => content.toString());

  function instance(storage = place().storage()) {
    const made = instanceAt(storage, { format }, manualTiming().timing);
    made.endWindows();
    return made;
  }

  it('are the whole audience, each', async () => {
    await keepLabel(place().storage(), { segment: SEGMENT, title: 'Shoes' });
    await dropped(instance(), batch('add', 'anna', 'bert', 'a,b'));
    await dropped(instance(), batch('remove', 'bert'));
    await dropped(instance(), batch('add', 'carl', 'anna'));
    const rows = ['"anna;bert;a,b"', '"anna;a,b"', '"anna;a,b;carl"'];
    expect(await feeds()).toEqual(rows.map((ids) => `${HEADER}\r\na.1,Shoes,${ids}\r\n`));
    const [name = ''] = filesOf(SEGMENT, await place().contents())[0] ?? [];
    expect(name).toMatch(/^Mapp_dmp_a~2E1_2026_01_02_03_04\.csv$/);
    const aside = await place().storage().list(ASIDE);
    expect(aside).toEqual([`${ASIDE}base-000000000000003`, `${ASIDE}label`]);
  });

  it('know the audience also when the ones before were fetched and removed', async () => {
    await dropped(instance(), batch('add', 'anna'));
    for (const [name] of filesOf(SEGMENT, await place().contents())) {
      await place().storage().remove(name);
    }
    await dropped(instance(), batch('add', 'bert'));
    expect(await feeds()).toEqual([`${HEADER}\r\na.1,a.1,anna;bert\r\n`]);
  });

  it('quote a title, and keep the first one', async () => {
    const storage = place().storage();
    await keepLabel(storage, { segment: SEGMENT, title: 'Shoes, "red"' });
    await keepLabel(storage, { segment: SEGMENT, title: 'Hats' });
    await dropped(instance(), batch('add', 'anna'));
    expect(await feeds()).toEqual([`${HEADER}\r\na.1,"Shoes, ""red""",anna\r\n`]);
  });

  it('of an audience everybody left are empty', async () => {
    await dropped(instance(), batch('add', 'anna'));
    await dropped(instance(), batch('remove', 'anna'));
    expect((await feeds()).at(-1)).toBe(`${HEADER}\r\na.1,a.1,\r\n`);
  });

  it('reject an id that would be two', async () => {
    const result = await dropped(instance(), batch('add', 'a;b', 'anna'));
    expect(result).toMatchObject({ outcomes: [{ status: 'rejected' }, { status: 'delivered' }] });
    expect(await feeds()).toEqual([`${HEADER}\r\na.1,a.1,anna\r\n`]);
  });

  it('are right again after a failure at any step', async () => {
    await dropped(instance(), batch('add', 'anna', 'bert'));
    for (const step of ['create', 'publish', 'remove', 'list', 'read'] as const) {
      for (let working = 0; working < 4; working += 1) {
        const storage = place().storage();
        let calls = 0;
        const failing = storageBut(storage, {
          [step]: (...args: unknown[]) => {
            calls += 1;
            if (calls > working) return Promise.reject(storageUnavailable('broken'));
            return (storage[step] as (...all: unknown[]) => Promise<unknown>)(...args);
          },
        });
        await dropped(instance(failing), batch('remove', 'bert'));
        await dropped(instance(), batch('remove', 'bert'));
        expect((await feeds()).at(-1)).toBe(`${HEADER}\r\na.1,a.1,anna\r\n`);
        await dropped(instance(), batch('add', 'bert'));
        expect((await feeds()).at(-1)).toBe(`${HEADER}\r\na.1,a.1,anna;bert\r\n`);
      }
    }
  });
});
