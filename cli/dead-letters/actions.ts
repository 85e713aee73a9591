/** What the commands do: call an operation, write its report, tell whether all of it was done. */
import type {
  DeadLetterOperations,
  OnProgress,
} from '../../shared/dead-letters/dead-letter-operations.ts';
import type { DeadLetterFilter } from '../../shared/dead-letters/filter.ts';
import type { PurgeReport, ReplayReport } from '../../shared/dead-letters/reports.ts';
import { CommandProblem } from '../command-problem.ts';
import { confirm } from './confirm.ts';
import { connect } from './connect.ts';
import { filterOf, type FilterOptions } from './filter-options.ts';
import { createProgressDisplay } from '../progress-display.ts';
import { listText, purgeText, replayText } from './report-texts.ts';

export interface CommonOptions {
  readonly local?: string;
  readonly json?: true;
}
export interface ReplayOptions extends CommonOptions, FilterOptions {
  readonly dryRun?: true;
  readonly includeUncertain?: true;
}
export interface PurgeOptions extends CommonOptions, FilterOptions {
  readonly dryRun?: true;
  readonly yes?: true;
}

/** Writes the dead letters that match. */
export async function list(options: CommonOptions & FilterOptions): Promise<void> {
  const report = await connected(options, (operations) => operations.list(filterOf(options)));
  write(report, options, listText);
}

/**
 * Writes one dead letter with the message in it.
 * @throws CommandProblem when there is none of this id
 */
export async function show(id: string, options: CommonOptions): Promise<void> {
  const letter = await connected(options, (operations) => operations.show(id));
  if (letter === undefined) {
    const text = `There is no dead letter ${id}, or another session holds it: list tells what there is.`;
    throw new CommandProblem(text);
  }
  console.log(JSON.stringify(letter, null, 2));
}

/** Replays dead letters and writes what became of them. */
export async function replay(options: ReplayOptions): Promise<void> {
  const request = {
    filter: filterOf(options),
    dryRun: options.dryRun === true,
    includeUncertain: options.includeUncertain === true,
  };
  const report = await connected(options, (operations) =>
    withProgress(options, (onProgress) => operations.replay(request, onProgress)),
  );
  write(report, options, replayText);
  const uncertain = report.kept.some(({ because }) => because === 'uncertain');
  if (isUnfinished(report) || (uncertain && !report.dryRun)) process.exitCode = 1;
}

/**
 * Removes dead letters for good, once that is confirmed, and writes which.
 * @throws CommandProblem when it is not confirmed
 */
export async function purge(options: PurgeOptions): Promise<void> {
  const dryRun = options.dryRun === true;
  const report = await connected(options, async (operations) => {
    const confirmed = dryRun || options.yes === true;
    const filter = confirmed ? filterOf(options) : await confirmedFilter(operations, options);
    return withProgress(options, (onProgress) => operations.purge({ filter, dryRun }, onProgress));
  });
  write(report, options, purgeText);
  if (isUnfinished(report)) process.exitCode = 1;
}

/** What was counted is what is purged, not what has come since. */
async function confirmedFilter(
  operations: DeadLetterOperations,
  options: PurgeOptions,
): Promise<DeadLetterFilter> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const text = 'A purge is for good: look with --dry-run, then add --yes.';
    throw new CommandProblem(text, 2);
  }
  const { letters } = await operations.list(filterOf(options));
  const count = letters.length === 1 ? '1 dead letter' : `${letters.length} dead letters`;
  if (letters.length > 0 && !(await confirm(`Remove ${count} for good?`))) {
    throw new CommandProblem('Nothing was purged.');
  }
  return { ids: letters.map(({ id }) => id) };
}

async function connected<Result>(
  { local }: CommonOptions,
  use: (operations: DeadLetterOperations) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(local);
  try {
    return await use(connection.operations);
  } finally {
    await connection.close();
  }
}

async function withProgress<Report>(
  { json }: CommonOptions,
  run: (onProgress: OnProgress) => Promise<Report>,
): Promise<Report> {
  const display = createProgressDisplay(process.stderr, {
    json: json === true,
    what: 'dead letters',
  });
  try {
    return await run(display.onProgress);
  } finally {
    display.end();
  }
}

function write<Report>(
  report: Report,
  { json }: CommonOptions,
  textOf: (report: Report) => string,
): void {
  console.log(json === true ? JSON.stringify(report) : textOf(report));
}

/** More dead letters than a session takes are left, or it ended before the last one. */
function isUnfinished({ failure, complete, dryRun }: ReplayReport | PurgeReport): boolean {
  return failure !== undefined || (!complete && !dryRun);
}
