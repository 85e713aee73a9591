import { expect, it } from '@jest/globals';
import { parseRetryAfter } from '../../../shared/destinations/retry-after.ts';

const NOW = Date.parse('2026-11-02T12:00:00Z');

it.each([
  ['0', 0],
  ['1', 1_000],
  [' 120 ', 120_000],
  ['Mon, 02 Nov 2026 12:00:05 GMT', 5_000],
  ['Mon, 02 Nov 2026 11:00:00 GMT', 0],
  ['86400', 3_600_000],
  ['Tue, 02 Nov 2027 12:00:00 GMT', 3_600_000],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('%j asks for %j ms', (header, ms) => {
  expect(parseRetryAfter(header, NOW)).toBe(ms);
});
