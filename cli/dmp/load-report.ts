import { percentile } from '../percentile.ts';
import { table } from '../table.ts';
import type { LoadResult } from './run-load.ts';

/** From here on the times say more of this machine than of intake. */
const LATE_MS = 100;

/** The numbers of a load. */
export interface LoadReport {
  readonly requests: number;
  /** By status; `none`: not answered. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly notSent: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly durationMs: number;
  readonly acceptedPerSecond: number;
  /** From the time a request was due to its answer. */
  readonly latencyMs: Readonly<Record<'p50' | 'p90' | 'p99' | 'max', number>>;
  readonly sentLateByMs: number;
}

/** Sums a load up. */
export function loadReport(result: LoadResult): LoadReport {
  const { statuses, notSent, accepted, rejected, durationMs, latenciesMs, latestMs } = result;
  const at = (rank: number) => Math.round(percentile(latenciesMs, rank) * 10) / 10;
  const byStatus = [...statuses].map(([status, count]) => [String(status), count] as const);
  return {
    requests: byStatus.reduce((sum, [, count]) => sum + count, 0),
    statuses: Object.fromEntries(byStatus),
    notSent,
    accepted,
    rejected,
    durationMs: Math.round(durationMs),
    acceptedPerSecond: Math.round((accepted * 1000) / Math.max(1, durationMs)),
    latencyMs: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    sentLateByMs: Math.round(latestMs),
  };
}

/** Whether all requests were sent, and answered 200. */
export function isFlawless({ requests, statuses, notSent }: LoadReport): boolean {
  return notSent === 0 && (statuses['200'] ?? 0) === requests;
}

/** The same as a table, and what to know of it. */
export function loadText(report: LoadReport): string {
  const { latencyMs, statuses } = report;
  const answers = Object.entries(statuses).map(
    ([status, count]) => [status === 'none' ? 'no answer' : `answered ${status}`, count] as const,
  );
  const rows = [
    ['requests', report.requests],
    ...answers,
    ...(report.notSent > 0 ? [['not sent', report.notSent] as const] : []),
    ['accepted mutations', report.accepted],
    ...(report.rejected > 0 ? [['mutations set aside', report.rejected] as const] : []),
    ['accepted mutations a second', report.acceptedPerSecond],
    ...Object.entries(latencyMs).map(([rank, ms]) => [`answer ${rank}, ms`, ms] as const),
  ] as const;
  const remarks = [
    report.notSent > 0 && 'Not sent: too many requests were unanswered. Lower --rate.',
    report.sentLateByMs > LATE_MS &&
      `This machine could not keep up: requests went out up to ${report.sentLateByMs} ms late, which counts as waiting.`,
  ].filter((remark) => remark !== false);
  return [table(['WHAT', 'HOW MUCH'], rows), ...remarks].join('\n\n');
}
