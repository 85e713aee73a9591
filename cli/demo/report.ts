import { percentile } from '../percentile.ts';
import type { DemoResult } from './play.ts';

/** The demo's result at a glance. */
export function demoReport(result: DemoResult): string {
  const durations = result.answers.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const { adds, removes, calls } = result.stats;
  const verdict = result.exact
    ? `OK: the segment's ${result.expected} members are exactly the expected ones.`
    : `FAILED: the segment has ${result.arrived} members, not exactly the ${result.expected} expected.`;
  return `
  sent       ${result.added} users added, ${result.removed} of them removed, in ${result.answers.length} requests
  arrived    ${adds} adds and ${removes} removes at Pangolin, in ${calls} calls
  answers    p50 ${percentile(durations, 0.5).toFixed(1)} ms, p99 ${percentile(durations, 0.99).toFixed(1)} ms
  segment    ${result.arrived} members

${verdict}`;
}
