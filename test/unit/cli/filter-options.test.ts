import { Command } from 'commander';
import { expect, test } from '@jest/globals';
import {
  addFilterOptions,
  filterOf,
  parseDuration,
  type FilterOptions,
} from '../../../cli/dead-letters/filter-options.ts';

function filterFrom(line: string) {
  const command = addFilterOptions(new Command()).exitOverride();
  command.parse(line === '' ? [] : line.split(' '), { from: 'user' });
  return filterOf(command.opts<FilterOptions>());
}

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['0s', 0],
])('%s are %d ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each(['', '2', 'h', '-2h', '2 h', '2w', '1.5h', '2h30m', '99999999999d'])(
  '%j is no age',
  (text) => {
    expect(() => parseDuration(text)).toThrow('30m, 2h or 7d');
  },
);

test('without options, everything is meant', () => {
  expect(filterFrom('')).toEqual({});
});

test('every option is a condition; of one, several values', () => {
  const line =
    '--reason entry-invalid --reason member-rejected --audience a.1 a.2 --destination pangolin ' +
    '--older-than 2h --newer-than 7d --id id-1 id-2';
  expect(filterFrom(line)).toEqual({
    ids: ['id-1', 'id-2'],
    reasons: ['entry-invalid', 'member-rejected'],
    audiences: ['a.1', 'a.2'],
    destinations: ['pangolin'],
    olderThanMs: 7_200_000,
    newerThanMs: 604_800_000,
  });
});
