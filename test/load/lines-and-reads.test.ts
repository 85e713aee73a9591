/**
 * Holds what log lines and reads of Firestore cost: counts, in fake time. With `--globals '{"FIGURES":true}'`
 * it prints the figures of docs/decisions/0028.
 */
import { afterAll, expect, test } from '@jest/globals';
import { createRecordCache } from '../../shared/dead-letters/record-cache.ts';
import { fakeTimeForEachTest } from '../unit/delivery/fake-time.ts';
import { playLoad, type Counted } from './played-load.ts';

declare const FIGURES: boolean | undefined;
const figures: string[] = [];
afterAll(() => {
  if (typeof FIGURES === 'boolean') process.stdout.write(`${figures.join('\n')}\n`);
});

fakeTimeForEachTest();

const FIFTY = { audiences: 50, requestEveryMs: 10, membersPerRequest: 100, seconds: 15 };
const HOUR_MS = 60 * 60 * 1_000;

/** Of a line, per million mutations. */
function perMillion({ lines, mutations }: Counted, event: string) {
  const { count = 0, bytes = 0 } = lines[event] ?? {};
  const scale = 1_000_000 / mutations;
  return { lines: Math.round(count * scale), bytes: Math.round(bytes * scale) };
}

function note(load: string, counted: Counted): void {
  const events = Object.keys(counted.lines).map((event) => {
    const { lines, bytes } = perMillion(counted, event);
    return `${event}: ${lines} lines, ${Math.round(bytes / 1_000)} kB`;
  });
  const { finds, mapReads, crashReads, warnings } = counted;
  figures.push(
    `${load}: per million mutations ${events.join('; ')}`,
    `  in all: ${JSON.stringify({ warnings, finds, mapReads, crashReads })}`,
  );
}

test.each([
  ['20 ms', 20, 110],
  ['1 s', 1_000, 110],
])(
  'fifty audiences, 100 requests a second of 100 members, calls of %s: a summary a second',
  async (name, platformMs, most) => {
    const counted = await playLoad({ ...FIFTY, platformMs });
    note(`fifty audiences, 10,000 members/s, calls of ${name}`, counted);
    const { lines, bytes } = perMillion(counted, 'delivery_settled');
    expect(lines).toBeGreaterThan(50);
    expect(lines).toBeLessThanOrEqual(most);
    expect(bytes).toBeLessThanOrEqual(most * 400);
    expect(Object.keys(counted.lines).sort()).toEqual(['delivery_settled', 'destination_called']);
    expect(counted.mapReads).toBe(50);
    expect(counted.crashReads).toBe(1);
  },
);

test('one audience with a request a minute: a call and a summary for each, and no other read', async () => {
  const counted = await playLoad({
    audiences: 1,
    requestEveryMs: 60_000,
    membersPerRequest: 100,
    seconds: 3_600,
    platformMs: 100,
  });
  note('one audience, a request a minute, an hour', counted);
  expect(counted.lines['delivery_settled']?.count).toBe(60);
  expect(counted.lines['destination_called']?.count).toBe(60);
  expect(counted).toMatchObject({ finds: 60, mapReads: 1, crashReads: 1 });
});

test('fifty audiences that nobody creates are a WARNING every ten minutes each, at most', async () => {
  const counted = await playLoad({
    audiences: 50,
    areUnknown: true,
    requestEveryMs: 60_000 / 50,
    membersPerRequest: 1,
    seconds: 1_200,
    platformMs: 100,
  });
  note('fifty audiences that wait, 20 minutes', counted);
  expect(counted.warnings).toBeLessThanOrEqual(2 * 50);
  expect(counted.lines['delivery_settled']?.count).toBeLessThanOrEqual(1_200);
});

/** Reads of Firestore in an hour, of records and of the mark. */
async function readsInAnHour(load: { audiences: number; everyMs: number }, keepMs: number) {
  let now = 0;
  let reads = 0;
  const read = <Value>(value: Value) => {
    reads += 1;
    return Promise.resolve(value);
  };
  const cache = createRecordCache({
    freshMs: 1_000,
    keepMs,
    clock: () => now,
    store: {
      readRecord: () => read({ members: new Map() }),
      readMark: () => read(undefined),
      replaceMark: () => Promise.resolve(undefined),
    },
  });
  for (; now < HOUR_MS; now += load.everyMs) {
    for (let index = 0; index < load.audiences; index += 1) await cache.find(`a.${index}`);
  }
  return reads;
}

test.each([
  ['fifty audiences, two requests a second each', { audiences: 50, everyMs: 500 }, 78],
  ['one audience, a request a minute', { audiences: 1, everyMs: 60_000 }, 61],
])('%s: so many reads of Firestore per audience and hour', async (name, load, most) => {
  const after = (await readsInAnHour(load, 600_000)) / load.audiences;
  // Before, a record was kept for a second, and there was no mark.
  const before = (await readsInAnHour(load, 1_000)) / load.audiences;
  figures.push(`${name}: reads per audience and hour ${before} before, ${after} after`);
  expect(after).toBeLessThanOrEqual(most);
});
