import { describe, expect, it } from '@jest/globals';
import type { MicroBatch } from '../../../../shared/destinations/destination.ts';
import { sleep } from '../../../../shared/sleep.ts';
import { filesOf, linesOf, membersOfFiles } from '../../../fakes/platforms/file-drop.ts';
import {
  batch,
  instanceAt,
  manualTiming,
  placeForEachTest,
  PLACES,
  type Place,
  SEGMENT,
  settled,
} from './places.ts';

const SHARDS = 6;
const BATCHES = 40;
const USERS = 10;
/**
 * Time passes with each look, which reads and waits as the instances do. A clock of its own would run ahead of
 * them on a busy machine, where rolls then outlast their leases again and again.
 */
const LOOK_MS = 250;
/** Twice what it takes. */
const LIMIT_MS = 250_000;

/** What a shard's micro-batches do, from a seed, so that a failure comes again. */
function randomBatches(seed: number): MicroBatch[] {
  let state = seed;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return Array.from({ length: BATCHES }, () => {
    const users = Array.from({ length: USERS }, (_, user) => `shard-${seed}-user-${user}`);
    const chosen = users.filter(() => random() < 0.5);
    return batch(random() < 0.5 ? 'add' : 'remove', ...chosen);
  });
}

/** Looks all the time until all is done: a file that can be seen is complete, and stays as it is. */
async function watched(place: Place, done: Promise<unknown>, onLook: () => void): Promise<void> {
  const seen = new Map<string, string>();
  const state = { over: false };
  const stop = () => {
    state.over = true;
  };
  done.then(stop, stop);
  for (let last = false; !last;) {
    last = state.over;
    for (const [name, content] of filesOf(SEGMENT, await place.contents())) {
      const text = linesOf(content).join();
      expect(text).toBe(seen.get(name) ?? text);
      seen.set(name, text);
    }
    onLook();
    await sleep(1);
  }
  expect(seen.size).toBeGreaterThan(2);
}

describe.each(PLACES)('two instances at %s', (kind) => {
  const place = placeForEachTest(kind);

  it('keep the order of every user, within a file and from file to file', async () => {
    const { timing, pass } = manualTiming();
    const startedAt = timing.now();
    // One of the clocks is ahead of the other, and windows end all the time.
    const clocks = [0, 3_000].map((aheadMs) => ({ ...timing, now: () => timing.now() + aheadMs }));
    const limits = { rollMembers: 150, rollMs: 30_000 };
    const instances = clocks.map((clock) => instanceAt(place().storage(), limits, clock));
    const members = new Set<string>();

    // As the queue does: of each shard one at a time, to whichever instance.
    const shards = Array.from({ length: SHARDS }, async (_, shard) => {
      for (const [turn, each] of randomBatches(shard + 1).entries()) {
        for (const { user } of each.members) {
          if (each.operation === 'add') members.add(user);
          else members.delete(user);
        }
        const instance = instances[(turn + shard) % instances.length];
        let result = await instance?.deliver(each);
        while (result?.kind === 'retry') result = await instance?.deliver(each);
        expect(result?.kind).toBe('outcomes');
      }
    });
    const done = Promise.all(shards).then(() => Promise.all(instances.map(settled)));
    const onLook = () => {
      pass(LOOK_MS);
    };
    await Promise.all([watched(place(), done, onLook), done]);

    const all = await place().contents();
    expect(membersOfFiles(SEGMENT, all)).toEqual([...members].sort());
    expect([...all.keys()].filter((name) => name.startsWith('parts/'))).toEqual([]);
    expect(place().fake?.violations ?? []).toEqual([]);
    expect(timing.now() - startedAt).toBeLessThan(LIMIT_MS);
  });
});
