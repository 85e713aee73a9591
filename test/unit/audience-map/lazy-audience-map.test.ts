import { describe, expect, test } from '@jest/globals';
import { createEmbeddedAudienceMap } from '../../../shared/audience-map/embedded-audience-map.ts';
import { createLazyAudienceMap } from '../../../shared/audience-map/lazy-audience-map.ts';
import type { AudienceMap } from '../../../shared/audience-map/audience-map.ts';

/** A lazy map, how often it was opened, and how often what it opened was closed. */
function counted(failures: readonly Error[] = []) {
  const counts = { opened: 0, closed: 0 };
  const embedded = createEmbeddedAudienceMap();
  const map: AudienceMap = {
    ...embedded,
    close: async () => {
      counts.closed += 1;
      await embedded.close();
    },
  };
  const lazy = createLazyAudienceMap(() => {
    const failure = failures[counts.opened];
    counts.opened += 1;
    return failure === undefined ? Promise.resolve(map) : Promise.reject(failure);
  });
  return { lazy, embedded, counts };
}

describe('an audience map on demand', () => {
  test('is opened at the first look, and finds what the map behind it finds', async () => {
    const { lazy, embedded, counts } = counted();
    expect(counts.opened).toBe(0);
    expect(await lazy.find('a.1')).toBeUndefined();
    expect(counts.opened).toBe(1);

    const audience = { id: 'a.1', name: 'Some audience' };
    await embedded.claim({ audience, requestId: 'r', leaseMs: 1_000 });
    expect(await lazy.find('a.1')).toEqual({ audience, state: 'creating' });
    expect(counts.opened).toBe(1);
  });

  test('is opened once by all who ask at once', async () => {
    const { lazy, counts } = counted();
    await Promise.all([lazy.find('a.1'), lazy.load(), lazy.find('a.2'), lazy.load()]);
    expect(counts.opened).toBe(1);
  });

  test('that could not be opened is opened by the next look', async () => {
    const { lazy, counts } = counted([new Error('unreadable chunk')]);
    const looks = [lazy.find('a.1'), lazy.find('a.2')];
    for (const look of looks) await expect(look).rejects.toThrow('unreadable chunk');
    expect(await lazy.find('a.1')).toBeUndefined();
    expect(counts.opened).toBe(2);
  });
});

describe('closing it', () => {
  test('closes what was opened, also what is being opened', async () => {
    const { lazy, counts } = counted();
    const look = lazy.find('a.1');
    await lazy.close();
    await look;
    expect(counts).toEqual({ opened: 1, closed: 1 });
  });

  test('does nothing when it was never opened, or could not be', async () => {
    const never = counted();
    await never.lazy.close();
    expect(never.counts).toEqual({ opened: 0, closed: 0 });

    const failing = counted([new Error('first'), new Error('second')]);
    await expect(failing.lazy.load()).rejects.toThrow('first');
    await failing.lazy.close();
    const load = failing.lazy.load();
    await failing.lazy.close();
    await expect(load).rejects.toThrow('second');
    expect(failing.counts).toEqual({ opened: 2, closed: 0 });
  });
});
