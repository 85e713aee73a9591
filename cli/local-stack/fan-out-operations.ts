import type {
  DeadLetterOperations,
  OnProgress,
} from '../../shared/dead-letters/dead-letter-operations.ts';
import type { DeadLetterFilter } from '../../shared/dead-letters/filter.ts';
import type {
  KeptRow,
  PurgeReport,
  PurgeRow,
  ReplayReport,
  ReplayRow,
} from '../../shared/dead-letters/reports.ts';
import { createTally } from '../../shared/dead-letters/tally.ts';

/** The operations of one destination. */
export type OwnOperations = readonly [destination: string, operations: DeadLetterOperations];

/**
 * The operations on the dead letters of several destinations in one store. Only a destination's own
 * operations know what was overtaken there, so each does its own letters, one after the other.
 */
export function fanOutOperations(
  all: readonly [OwnOperations, ...OwnOperations[]],
): DeadLetterOperations {
  const [[, anyone], ...others] = all;
  if (others.length === 0) return anyone;

  /** The reports of all that have letters; of one of them when none has. Ends at the first failure. */
  async function each<Report extends ReplayReport | PurgeReport>(
    filter: DeadLetterFilter,
    run: (
      operations: DeadLetterOperations,
      own: DeadLetterFilter,
      told: OnProgress,
    ) => Promise<Report>,
    onProgress: OnProgress = () => undefined,
  ): Promise<[Report, ...Report[]]> {
    const { letters } = await anyone.list(filter);
    const reports: Report[] = [];
    let before = 0;
    for (const [destination, operations] of all) {
      const own = letters.filter((letter) => letter.destination === destination).length;
      if (own === 0) continue;
      const start = before;
      const told: OnProgress = ({ done }) => {
        onProgress({ done: start + done, total: letters.length });
      };
      const report = await run(operations, { ...filter, destinations: [destination] }, told);
      reports.push(report);
      before += own;
      if (report.failure !== undefined) break;
    }
    const [first, ...others] = reports;
    return [first ?? (await run(anyone, filter, onProgress)), ...others];
  }

  return {
    list: (filter) => anyone.list(filter),
    show: (id) => anyone.show(id),
    replay: async ({ filter, ...request }, onProgress) => {
      const run = (operations: DeadLetterOperations, own: DeadLetterFilter, told: OnProgress) =>
        operations.replay({ ...request, filter: own }, told);
      const reports = await each(filter, run, onProgress);
      return { ...ends(reports), replayed: replayedRows(reports), kept: keptRows(reports) };
    },
    purge: async ({ filter, ...request }, onProgress) => {
      const run = (operations: DeadLetterOperations, own: DeadLetterFilter, told: OnProgress) =>
        operations.purge({ ...request, filter: own }, told);
      const reports = await each(filter, run, onProgress);
      return { ...ends(reports), purged: purgedRows(reports) };
    },
  };
}

function ends(reports: readonly [ReplayReport | PurgeReport, ...(ReplayReport | PurgeReport)[]]) {
  const last = reports.at(-1) ?? reports[0];
  return {
    dryRun: last.dryRun,
    failure: last.failure,
    complete: reports.every(({ complete }) => complete),
    unreadable: last.unreadable,
  };
}

function replayedRows(reports: readonly ReplayReport[]): ReplayRow[] {
  type Heading = Pick<ReplayRow, 'audience' | 'reason'>;
  const tally = createTally<Heading, Omit<ReplayRow, keyof Heading>>();
  for (const { audience, reason, ...counts } of reports.flatMap(({ replayed }) => replayed)) {
    tally.add({ audience, reason }, counts);
  }
  return tally.rows();
}

function keptRows(reports: readonly ReplayReport[]): KeptRow[] {
  type Counts = Pick<KeptRow, 'letters' | 'members'>;
  const tally = createTally<Omit<KeptRow, keyof Counts>, Counts>();
  for (const { letters, members, ...heading } of reports.flatMap(({ kept }) => kept)) {
    tally.add(heading, { letters, members });
  }
  return tally.rows();
}

function purgedRows(reports: readonly PurgeReport[]): PurgeRow[] {
  type Counts = Pick<PurgeRow, 'letters' | 'members'>;
  const tally = createTally<Omit<PurgeRow, keyof Counts>, Counts>();
  for (const { letters, members, ...heading } of reports.flatMap(({ purged }) => purged)) {
    tally.add(heading, { letters, members });
  }
  return tally.rows();
}
