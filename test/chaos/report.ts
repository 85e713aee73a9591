import type { PangolinStats } from '../../cli/dmp/pangolin-client.ts';
import type { GivenUp } from './arrived.ts';
import type { ChaosOptions } from './options.ts';
import type { Sent } from './send.ts';
import type { Verdict } from './verdict.ts';

export interface ChaosResult {
  readonly options: ChaosOptions;
  readonly sent: Sent;
  readonly stats: PangolinStats;
  /** Disturbances that took place. */
  readonly disturbed: number;
  readonly segments: number;
  readonly givenUp: GivenUp;
  readonly verdict: Verdict;
  /** Users whose last operation in the queue is not the one that was answered last; 0 when all is exact. */
  readonly storedOtherwise: number;
  readonly durationMs: number;
}

/** What kept the run from proving what it is to prove; empty when it did. */
export function problemsOf({ options, disturbed, segments, verdict }: ChaosResult): string[] {
  const planned = options.kills + options.freezes + options.ends + options.stutters;
  const { missing, surplus, lost, examples } = verdict;
  const problem = (wrong: boolean, text: string) => (wrong ? [text] : []);
  return [
    ...problem(lost > 0, `${lost} lost, in no dead letter, e.g. ${examples.join('; ')}`),
    ...problem(missing > 0, `${missing} members are missing from their segments`),
    ...problem(surplus > 0, `${surplus} members are in segments they should not be in`),
    ...problem(segments !== options.audiences, `${segments} segments, not ${options.audiences}`),
    ...problem(disturbed !== planned, `${disturbed} disturbances, not ${planned}`),
  ];
}

/** The table at the end of a run, and its verdict. */
export function chaosReport(result: ChaosResult): string {
  const { options, sent, stats, givenUp, verdict } = result;
  const delivered = stats.adds + stats.removes;
  const duplicates = Math.max(0, delivered - sent.mutations);
  const rows = {
    sent: `${sent.mutations} mutations in ${sent.requests} requests (seed ${options.seed})`,
    'sent again': `${sent.repeated} requests not answered 200`,
    delivered: `${delivered} members in calls that Pangolin answered 200`,
    duplicates: `${duplicates} of them more than were sent`,
    calls: `${stats.calls}, of which ${stats.faults} met a fault`,
    disturbances: `${options.kills} kills, ${options.freezes} freezes, ${options.ends} ends in order, ${options.stutters} stutters of the queue, ${options.drainers} drainers`,
    segments: `${result.segments} of ${options.audiences} audiences`,
    'dead letters': `${givenUp.letters}${givenUp.complete ? '' : ' or more'}`,
    lost: `${verdict.lost}`,
    stored:
      result.storedOtherwise === 0
        ? 'in the order of the answers'
        : `${result.storedOtherwise} users in another order than they were answered`,
    duration: `${Math.round(result.durationMs / 1000)} s`,
  };
  const table = Object.entries(rows).map(([name, text]) => `  ${name.padEnd(13)} ${text}`);
  const problems = problemsOf(result);
  const ending =
    problems.length === 0
      ? 'OK: nothing is lost, and every segment has exactly the members it should have.'
      : `FAILED:\n${problems.map((text) => `- ${text}`).join('\n')}`;
  return `\n${table.join('\n')}\n\n${ending}`;
}
