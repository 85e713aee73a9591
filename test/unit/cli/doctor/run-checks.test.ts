import { expect, it } from '@jest/globals';
import { ok } from '../../../../cli/doctor/check.ts';
import { exitCodeOf, reportJson, reportText, type Report } from '../../../../cli/doctor/report.ts';
import { runChecks } from '../../../../cli/doctor/run-checks.ts';
import { PlatformError } from '../../../../shared/errors.ts';

const fine = { name: 'fine', run: () => ok('as it must be') };

function reportOf(checks: Report['checks']): Report {
  return { mode: 'local', what: 'Local stack', configurationIsValid: true, checks };
}

it('all checks are made, whatever becomes of one, and told in their order', async () => {
  const results = await runChecks(
    [
      { name: 'late', run: () => new Promise(() => undefined) },
      { name: 'broken', run: () => Promise.reject(new TypeError('with a secret in it')) },
      {
        name: 'known',
        run: () => {
          throw new PlatformError('SECRET_UNAVAILABLE', 'Words of ours.');
        },
      },
      fine,
    ],
    undefined,
    10,
  );
  expect(results.map(({ name, status, text }) => [name, status, text])).toEqual([
    ['late', 'fail', 'no answer within 0.01 s'],
    ['broken', 'fail', 'the check itself failed (TypeError)'],
    ['known', 'fail', 'Words of ours.'],
    ['fine', 'ok', 'as it must be'],
  ]);
});

it('checks are made side by side', async () => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const results = await runChecks(
    [
      { name: 'waits', run: () => released.then(() => ok('')) },
      {
        name: 'releases',
        run: () => {
          release();
          return ok('');
        },
      },
    ],
    undefined,
  );
  expect(results.map(({ status }) => status)).toEqual(['ok', 'ok']);
});

const ONE_OF_EACH: Report['checks'] = [
  { name: 'a', status: 'ok', text: 'fine', advice: [] },
  { name: 'bcd', status: 'warn', text: 'odd', advice: ['Look.'] },
  { name: 'e', status: 'fail', text: 'broken \u001b[2K', advice: ['Do this.', 'And that.'] },
  { name: 'f', status: 'skip', text: 'because of e', advice: [] },
];

it('the report has a line for each check, what to do below it, and the sum', () => {
  expect(reportText(reportOf(ONE_OF_EACH))).toBe(
    [
      'Local stack:',
      '',
      'ok    a    fine',
      'warn  bcd  odd',
      '           -> Look.',
      'FAIL  e    broken \u{fffd}[2K',
      '           -> Do this.',
      '           -> And that.',
      'skip  f    because of e',
      '',
      'Something failed: 1 ok, 1 to look at, 1 failed, 1 skipped.',
    ].join('\n'),
  );
});

it('the same as JSON', () => {
  expect(JSON.parse(reportJson(reportOf(ONE_OF_EACH)))).toEqual({
    mode: 'local',
    what: 'Local stack',
    failed: 1,
    checks: ONE_OF_EACH,
  });
});

it('the exit code tells whether something failed; what is only odd or skipped has not', () => {
  expect(exitCodeOf(reportOf(ONE_OF_EACH))).toBe(1);
  const others = ONE_OF_EACH.filter(({ status }) => status !== 'fail');
  expect(exitCodeOf(reportOf(others))).toBe(0);
  expect(exitCodeOf({ ...reportOf(others), configurationIsValid: false })).toBe(2);
});
