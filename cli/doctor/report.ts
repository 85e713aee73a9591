import { printable } from '../printable.ts';
import type { CheckResult, Status } from './check.ts';

/** All that one run of the doctor found. */
export interface Report {
  readonly mode: 'deployment' | 'local';
  /** Which one, in words. */
  readonly what: string;
  /** Where it is not, nothing else could be checked. */
  readonly configurationIsValid: boolean;
  readonly checks: readonly CheckResult[];
}

const MARKS: Readonly<Record<Status, string>> = {
  ok: 'ok  ',
  warn: 'warn',
  fail: 'FAIL',
  skip: 'skip',
};
const INDENT = ' '.repeat(6);

/** One line per check, what to do below it, and the sum. */
export function reportText({ what, checks }: Report): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, text, advice }) => [
    `${MARKS[status]}  ${name.padEnd(width)}  ${printable(text)}`,
    ...advice.map((line) => `${INDENT}${''.padEnd(width)}  -> ${printable(line)}`),
  ]);
  return [printable(`${what}:`), '', ...lines, '', sumText(checks)].join('\n');
}

/** The same for programs. */
export function reportJson({ mode, what, checks }: Report): string {
  return JSON.stringify({ mode, what, failed: count(checks, 'fail'), checks }, null, 2);
}

/** 0: nothing failed. 1: something did. 2: the configuration is wrong. */
export function exitCodeOf({ configurationIsValid, checks }: Report): 0 | 1 | 2 {
  if (!configurationIsValid) return 2;
  return count(checks, 'fail') > 0 ? 1 : 0;
}

function sumText(checks: readonly CheckResult[]): string {
  const failed = count(checks, 'fail');
  const parts = [
    `${count(checks, 'ok')} ok`,
    `${count(checks, 'warn')} to look at`,
    `${failed} failed`,
    `${count(checks, 'skip')} skipped`,
  ];
  return `${failed === 0 ? 'Nothing failed' : 'Something failed'}: ${parts.join(', ')}.`;
}

function count(checks: readonly CheckResult[], status: Status): number {
  return checks.filter((check) => check.status === status).length;
}
