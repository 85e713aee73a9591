import { describe, expect, test } from '@jest/globals';
import type { CallVerdict } from '../../../shared/delivery/call-verdict.ts';
import { createPace } from '../../../shared/delivery/pace.ts';
import { seededRandom } from './batch-fixture.ts';
import { fakeTimeForEachTest, pass } from './fake-time.ts';

const TOO_FAST: CallVerdict = { kind: 'failed', tooFast: true };
const ANSWERED: CallVerdict = { kind: 'answered' };

fakeTimeForEachTest();

/** The gaps after each of these answers, in whole milliseconds. */
function gapsAfter(...verdicts: CallVerdict[]): number[] {
  const pace = createPace();
  return verdicts.map((verdict) => {
    pace.learn(verdict);
    return Math.round(pace.gapMs());
  });
}

const times = (count: number, verdict: CallVerdict) => Array.from({ length: count }, () => verdict);

describe('the gap before a call', () => {
  test('is doubled by each answer that calls come too fast, from 100 ms up to 10 s', () => {
    expect(gapsAfter(...times(9, TOO_FAST))).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000,
    ]);
  });

  test('shrinks with each call that is taken, until it is gone', () => {
    const gaps = gapsAfter(...times(4, TOO_FAST), ...times(8, ANSWERED));
    expect(gaps).toEqual([100, 200, 400, 800, 560, 392, 274, 192, 134, 94, 66, 0]);
  });

  test('grows again from where it is', () => {
    expect(gapsAfter(TOO_FAST, TOO_FAST, ANSWERED, TOO_FAST)).toEqual([100, 200, 140, 280]);
  });

  test('stays short when one call in seven is said to be too fast, whatever the rate', () => {
    const random = seededRandom(20261102);
    const pace = createPace();
    let sumMs = 0;
    for (let call = 0; call < 10_000; call += 1) {
      pace.learn(random() < 1 / 7 ? TOO_FAST : ANSWERED);
      sumMs += pace.gapMs();
    }
    expect(sumMs / 10_000).toBeLessThan(100);
  });

  test.each<[string, CallVerdict]>([
    ['a wish to wait, which is granted (Retry-After)', { ...TOO_FAST, retryAfterMs: 1_000 }],
    ['a failure of another kind', { kind: 'failed' }],
    ['a fault of ours', { kind: 'fault', status: 401 }],
    ['an answer', ANSWERED],
  ])('does not come of %s', (_, verdict) => {
    expect(gapsAfter(verdict)).toEqual([0]);
  });

  test('is waited for', async () => {
    const pace = createPace();
    await pace.wait();
    pace.learn(TOO_FAST);
    let over = false;
    const waiting = pace.wait().then(() => (over = true));
    await pass(99);
    expect(over).toBe(false);
    await pass(1);
    expect(over).toBe(true);
    await waiting;
  });
});
