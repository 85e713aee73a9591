import { expect, test } from '@jest/globals';
import {
  deadLetterFilter,
  matches,
  type DeadLetterFilter,
} from '../../../shared/dead-letters/filter.ts';
import { at, letter, stored } from './sample-letters.ts';

// Given up on at 11:00, an hour after it was published.
const sample = stored('id-1', letter('10:00:00', ['add:a']));
const MINUTE = 60_000;

test.each<[string, DeadLetterFilter, boolean]>([
  ['nothing is asked for', {}, true],
  ['its id', { ids: ['id-0', 'id-1'] }, true],
  ['another id', { ids: ['id-0'] }, false],
  ['no id', { ids: [] }, false],
  ['its reason', { reasons: ['entry-invalid', 'member-rejected'] }, true],
  ['another reason', { reasons: ['entry-invalid'] }, false],
  ['its audience', { audiences: ['a.1'] }, true],
  ['another audience', { audiences: ['a.2'] }, false],
  ['its destination', { destinations: ['pangolin'] }, true],
  ['another destination', { destinations: ['rokt'] }, false],
  ['older than its age', { olderThanMs: 30 * MINUTE }, true],
  ['older than a greater age', { olderThanMs: 30 * MINUTE + 1 }, false],
  ['newer than its age', { newerThanMs: 30 * MINUTE }, false],
  ['newer than a greater age', { newerThanMs: 30 * MINUTE + 1 }, true],
  ['all of it', { ids: ['id-1'], reasons: ['member-rejected'], audiences: ['a.1'] }, true],
  ['one of it not', { ids: ['id-1'], reasons: ['member-rejected'], audiences: ['a.2'] }, false],
])('of half an hour of age: %s', (_, filter, expected) => {
  expect(matches(sample, filter, at('11:30:00'))).toBe(expected);
});

test('a letter that names no audience is of none', () => {
  const nameless = stored('id-2', { ...letter('10:00:00', []), audience: undefined });
  expect(matches(nameless, { audiences: ['a.1'] }, at('11:30:00'))).toBe(false);
  expect(matches(nameless, {}, at('11:30:00'))).toBe(true);
});

test.each([{ reason: ['entry-invalid'] }, { reasons: ['nonsense'] }, { olderThanMs: -1 }])(
  'as a request, %j is refused: a condition that is overlooked would match too much',
  (filter) => {
    expect(deadLetterFilter.safeParse(filter).success).toBe(false);
  },
);
