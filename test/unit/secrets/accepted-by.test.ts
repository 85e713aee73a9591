import { expect, test } from '@jest/globals';
import { acceptedBy } from '../../../shared/secrets/accepted-by.ts';

/** A secret whose values were rotated since they were read, where `refreshed` is given. */
function secretOf(known: readonly string[], refreshed = known) {
  const asked: string[] = [];
  const answer = (name: string, values: readonly string[]) => () => {
    asked.push(name);
    return Promise.resolve(values);
  };
  return { current: answer('current', known), refresh: answer('refresh', refreshed), asked };
}

const BEFORE_AND_SINCE = ['current', 'refresh'];

test.each([
  { name: 'a known value matches', known: ['new', 'old'], accepted: true, asked: ['current'] },
  { name: 'one of a rotation since', known: ['older'], refreshed: ['new', 'old'], accepted: true },
  { name: 'no value at all', known: ['older'], refreshed: ['new'], accepted: false },
  { name: 'no value, and nothing new', known: ['older'], accepted: false, comparisons: 1 },
])('$name', async ({ known, refreshed, accepted, ...expected }) => {
  const { asked = BEFORE_AND_SINCE } = expected;
  const { comparisons = asked.length } = expected;
  const secret = secretOf(known, refreshed);
  let compared = 0;
  const matches = (values: readonly string[]) => {
    compared += 1;
    return values.includes('old');
  };
  expect(await acceptedBy(secret, matches)).toBe(accepted);
  expect([compared, secret.asked]).toEqual([comparisons, asked]);
});
