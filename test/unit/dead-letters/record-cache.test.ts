import { describe, expect, test } from '@jest/globals';
import type {
  DeadMember,
  DeadMembersOfAudience,
} from '../../../shared/dead-letters/dead-members.ts';
import {
  createRecordCache,
  MAX_MEMBERS,
  MAX_RECORDS,
  type RecordStore,
} from '../../../shared/dead-letters/record-cache.ts';
import { seededRandom } from '../../model/seeded-random.ts';

const FRESH_MS = 1_000;
const KEEP_MS = 600_000;

/** Records of all instances; a death is the number that the record has of members. */
function setUp() {
  const time = { now: 0 };
  const deaths = new Map<string, number>();
  const failures: Error[] = [];
  let mark: string | undefined;
  const reads = { records: 0, marks: 0, replacements: 0 };
  const failing = () => {
    const failure = failures.pop();
    if (failure !== undefined) throw failure;
  };
  const store: RecordStore = {
    readRecord: async (audience) => {
      reads.records += 1;
      await Promise.resolve();
      failing();
      return recordOf(deaths.get(audience) ?? 0);
    },
    readMark: async () => {
      reads.marks += 1;
      await Promise.resolve();
      failing();
      return mark;
    },
    replaceMark: async (next) => {
      reads.replacements += 1;
      await Promise.resolve();
      failing();
      const replaced = mark;
      mark = next;
      return replaced;
    },
  };
  const cacheOf = (of = store) =>
    createRecordCache({ store: of, freshMs: FRESH_MS, keepMs: KEEP_MS, clock: () => time.now });
  return { time, deaths, failures, reads, store, cacheOf };
}

function recordOf(count: number): DeadMembersOfAudience {
  const members = new Map<string, DeadMember>();
  for (let index = 0; index < count; index += 1) members.set(`${index}`, { diedAt: 1 });
  return { members };
}

const sizeOf = async (found: Promise<DeadMembersOfAudience>) => (await found).members.size;

describe('what is read', () => {
  test('a record once, and the mark once a second, however many audiences there are', async () => {
    const { time, reads, cacheOf } = setUp();
    const cache = cacheOf();
    for (let tick = 0; tick < 600; tick += 1) {
      const audiences = Array.from({ length: 50 }, (_, index) => `a.${index}`);
      await Promise.all(audiences.map((audience) => cache.find(audience)));
      time.now += 100;
    }
    expect(reads).toEqual({ records: 50, marks: 60, replacements: 0 });
  });

  test('no more for one audience now and then than its record each time', async () => {
    const { time, reads, cacheOf } = setUp();
    const cache = cacheOf();
    await cache.find('a.1');
    const before = { ...reads };
    for (let minute = 0; minute < 60; minute += 1) {
      time.now += 60_000;
      await cache.find('a.1');
    }
    expect(reads.records + reads.marks - before.records - before.marks).toBe(60);
  });

  test('a record again once it is ten minutes old', async () => {
    const { time, deaths, cacheOf } = setUp();
    const cache = cacheOf();
    await cache.find('a.1');
    // Of an instance that announces nothing.
    deaths.set('a.1', 1);
    time.now = KEEP_MS - 1;
    expect(await sizeOf(cache.find('a.1'))).toBe(0);
    time.now = KEEP_MS;
    expect(await sizeOf(cache.find('a.1'))).toBe(1);
  });

  test('every record again once another instance has announced a death, and none after its own', async () => {
    const { time, deaths, reads, cacheOf } = setUp();
    const [one, two] = [cacheOf(), cacheOf()];
    for (const cache of [one, two]) {
      for (const audience of ['a.1', 'a.2']) await cache.find(audience);
    }
    deaths.set('a.1', 1);
    one.forget('a.1');
    await one.announceDeath();
    time.now += FRESH_MS;
    reads.records = 0;
    for (const audience of ['a.1', 'a.2']) await one.find(audience);
    expect(reads.records).toBe(1);
    for (const audience of ['a.1', 'a.2']) await two.find(audience);
    expect(reads.records).toBe(3);
    expect(await sizeOf(two.find('a.1'))).toBe(1);
  });

  test('deaths at the same time share a write of the mark', async () => {
    const { reads, cacheOf } = setUp();
    const cache = cacheOf();
    await Promise.all(Array.from({ length: 40 }, () => cache.announceDeath()));
    expect(reads.replacements).toBe(1);
    const first = cache.announceDeath();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.all([first, ...Array.from({ length: 40 }, () => cache.announceDeath())]);
    expect(reads.replacements).toBeLessThanOrEqual(3);
  });

  test('a death during a write of the mark has a write of its own, which others notice', async () => {
    const { time, deaths, store, cacheOf } = setUp();
    const gates: (() => void)[] = [];
    const one = cacheOf({
      ...store,
      replaceMark: async (mark) => {
        const replaced = await store.replaceMark(mark);
        await new Promise<void>((open) => gates.push(open));
        return replaced;
      },
    });
    const two = cacheOf();
    const first = one.announceDeath();
    while (gates.length === 0) await Promise.resolve();
    expect(await sizeOf(two.find('a.1'))).toBe(0);
    deaths.set('a.1', 1);
    const second = one.announceDeath();
    gates.shift()?.();
    await first;
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    gates.shift()?.();
    await second;
    time.now += FRESH_MS;
    expect(await sizeOf(two.find('a.1'))).toBe(1);
  });

  test('what failed again: a record, the mark, and the announcement of a death', async () => {
    const { failures, cacheOf, time } = setUp();
    const cache = cacheOf();
    failures.push(new Error('mark'));
    await expect(cache.find('a.1')).rejects.toThrow('mark');
    await cache.find('a.2');
    failures.push(new Error('record'));
    await expect(cache.find('a.1')).rejects.toThrow('record');
    await cache.find('a.1');
    failures.push(new Error('announcement'));
    await expect(cache.announceDeath()).rejects.toThrow('announcement');
    await cache.announceDeath();
    time.now += FRESH_MS;
    await cache.find('a.1');
  });
});

describe('what is kept is bounded', () => {
  const countAgain = async (audience: string, { reads, cache }: Bounded) => {
    const before = reads.records;
    await cache.find(audience);
    return reads.records - before;
  };
  interface Bounded {
    readonly reads: { records: number };
    readonly cache: ReturnType<typeof createRecordCache>;
  }

  test('by the number of records: the one read first gives way', async () => {
    const { reads, cacheOf } = setUp();
    const cache = cacheOf();
    for (let index = 0; index <= MAX_RECORDS; index += 1) await cache.find(`a.${index}`);
    expect(await countAgain(`a.${MAX_RECORDS}`, { reads, cache })).toBe(0);
    expect(await countAgain('a.0', { reads, cache })).toBe(1);
  });

  test('by the members in them', async () => {
    const { reads, deaths, cacheOf } = setUp();
    const cache = cacheOf();
    const full = MAX_MEMBERS / 1_000;
    for (let index = 0; index <= full; index += 1) {
      deaths.set(`a.${index}`, 1_000);
      await cache.find(`a.${index}`);
    }
    expect(await countAgain('a.1', { reads, cache })).toBe(0);
    expect(await countAgain('a.0', { reads, cache })).toBe(1);
  });
});

/** Reads and writes take effect at any moment while they are in flight; instances take turns at a key. */
test.each(Array.from({ length: 300 }, (_, seed) => seed))(
  'a death is seen everywhere a second after it was announced (schedule %i)',
  async (seed) => {
    const next = seededRandom(seed);
    const random = { below: (most: number) => Math.floor(next() * most) };
    const { time, deaths, store, cacheOf } = setUp();
    const delays: { at: number; resume: () => void }[] = [];
    const delay = (most: number) =>
      new Promise<void>((resume) => delays.push({ at: time.now + random.below(most), resume }));
    const slow = <Arguments extends unknown[], Value>(
      call: (...given: Arguments) => Promise<Value>,
    ) => {
      return async (...given: Arguments) => {
        await delay(1_500);
        const value = await call(...given);
        await delay(1_500);
        return value;
      };
    };
    const instances = Array.from({ length: 3 }, () =>
      cacheOf({
        readRecord: slow((audience: string) => store.readRecord(audience)),
        readMark: slow(() => store.readMark()),
        replaceMark: slow((mark: string) => store.replaceMark(mark)),
      }),
    );
    const anInstance = () => instances[random.below(instances.length)] ?? cacheOf();
    const audiences = ['a.1', 'a.2'];
    const announced = new Map<string, number>();
    const missed: string[] = [];
    const find = async (audience: string) => {
      const atLeast = announced.get(audience) ?? 0;
      const size = await sizeOf(anInstance().find(audience));
      if (size < atLeast) missed.push(`${audience}: ${size} of ${atLeast}`);
    };
    const die = async (audience: string) => {
      const instance = anInstance();
      await delay(1_500);
      const count = (deaths.get(audience) ?? 0) + 1;
      deaths.set(audience, count);
      await delay(1_500);
      instance.forget(audience);
      await instance.announceDeath();
      await delay(1);
      const seenFrom = time.now + FRESH_MS;
      while (time.now < seenFrom) await delay(seenFrom - time.now + 1);
      announced.set(audience, Math.max(announced.get(audience) ?? 0, count));
    };
    const all: Promise<void>[] = [];
    for (let step = 0; step < 400 || delays.length > 0; step += 1) {
      const audience = audiences[random.below(2)] ?? '';
      if (step < 400 && random.below(3) > 0) all.push(find(audience));
      if (step < 400 && random.below(20) === 0) all.push(die(audience));
      time.now += random.below(150);
      for (const due of delays.filter(({ at }) => at <= time.now)) {
        delays.splice(delays.indexOf(due), 1);
        due.resume();
        for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
      }
    }
    await Promise.all(all);
    expect(missed).toEqual([]);
    expect(announced.size).toBeGreaterThan(0);
  },
);
