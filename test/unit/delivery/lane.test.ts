import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BatchEntry } from '../../../shared/delivery/batch-entry.ts';
import { createLane, type BatchLimits } from '../../../shared/delivery/lane.ts';
import { entriesOf } from './batch-fixture.ts';

const SEGMENTS = ['s1', 's2', 's3', 's4'];

/** Entries whose segments are as given; the user's name is its place, and as long as its bytes. */
function entriesIn(segments: readonly string[], bytes: (place: number) => number = () => 1) {
  return segments.flatMap((segment, place) =>
    entriesOf([String(place).padEnd(bytes(place), '.')]).map((entry): BatchEntry => ({
      ...entry,
      member: { ...entry.member, segment },
    })),
  );
}

const limitsOf = (limits: Partial<BatchLimits>): BatchLimits => ({
  maxMembers: 10,
  maxSegments: 10,
  maxBytes: Infinity,
  bytesOf: ({ member }) => member.user.length,
  ...limits,
});

function takeAll(entries: readonly BatchEntry[], limits: BatchLimits): BatchEntry[][] {
  const lane = createLane();
  for (const entry of entries) lane.add(entry);
  const batches = [];
  while (lane.waiting > 0) batches.push(lane.take(limits));
  return batches;
}

const segmentsOf = (batch: readonly BatchEntry[]) => new Set(batch.map((e) => e.member.segment));

test('every member leaves once, those of a segment in their order, in batches within the limits', () => {
  const scenario = fc.record({
    segments: fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 80 }),
    maxMembers: fc.integer({ min: 1, max: 12 }),
    maxSegments: fc.integer({ min: 1, max: 5 }),
    maxBytes: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(scenario, ({ segments, ...some }) => {
      const entries = entriesIn(segments, (place) => 3 + (place % 9));
      const limits = limitsOf(some);
      const batches = takeAll(entries, limits);
      const left = batches.flat();
      for (const segment of SEGMENTS) {
        const ofSegment = (all: readonly BatchEntry[]) =>
          all.filter(({ member }) => member.segment === segment);
        expect(ofSegment(left)).toEqual(ofSegment(entries));
      }
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(limits.maxMembers);
        expect(segmentsOf(batch).size).toBeLessThanOrEqual(limits.maxSegments);
        const bytes = batch.reduce((sum, entry) => sum + limits.bytesOf(entry), 0);
        if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(limits.maxBytes);
      }
    }),
    { seed: 20261102, numRuns: 500 },
  );
});

test('a batch is full as long as there is enough, however it is spread over the segments', () => {
  const scenario = fc.array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(scenario, fc.integer({ min: 1, max: 12 }), (segments, maxMembers) => {
      const sizes = takeAll(entriesIn(segments), limitsOf({ maxMembers })).map((b) => b.length);
      expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).map(() => maxMembers));
    }),
    { seed: 20261102, numRuns: 500 },
  );
});

test('the segments that were left out come first the next time', () => {
  const batches = takeAll(entriesIn([...SEGMENTS, ...SEGMENTS]), limitsOf({ maxSegments: 2 }));
  expect(batches.map((batch) => [...segmentsOf(batch)].join())).toEqual(['s1,s2', 's3,s4']);
  const scarce = limitsOf({ maxSegments: 2, maxMembers: 2 });
  const many = takeAll(entriesIn([...SEGMENTS, ...SEGMENTS]), scarce);
  expect(many.map((batch) => [...segmentsOf(batch)].join())).toEqual([
    's1,s2',
    's3,s4',
    's1,s2',
    's3,s4',
  ]);
});
