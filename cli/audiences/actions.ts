/** What the commands do: call an operation, write its report, tell whether the audience is there. */
import type { AudienceState } from '../../shared/audience-map/audience-list.ts';
import { CommandProblem } from '../command-problem.ts';
import { printable } from '../printable.ts';
import type { AudienceOperations, AudienceSummary } from './audience-operations.ts';
import { connect, type WhereOptions } from './connect.ts';
import { listText, showText } from './report-texts.ts';

export interface CommonOptions extends WhereOptions {
  readonly json?: true;
}
export interface ListOptions extends CommonOptions {
  readonly state?: AudienceState;
  readonly limit: number;
  readonly after?: string;
}

/** Writes a page of audiences. */
export async function list(options: ListOptions): Promise<void> {
  const { state, limit, after } = options;
  const request = { limit, ...(state && { state }), ...(after === undefined ? {} : { after }) };
  write(await connected(options, (operations) => operations.list(request)), options, listText);
}

/**
 * Writes what is known of one audience.
 * @throws CommandProblem when there is none of this id
 */
export async function show(id: string, options: CommonOptions): Promise<void> {
  const audience = await connected(options, (operations) => operations.show(id));
  if (audience === undefined) throw unknown(id);
  write(audience, options, showText);
}

/**
 * Has the segment of an audience created again, and writes what became of it.
 * @throws CommandProblem when there is no such audience
 */
export async function retry(id: string, options: CommonOptions): Promise<void> {
  const report = await connected(options, (operations) => operations.retry(id));
  if (report === undefined) throw unknown(id);
  write(report, options, ({ audience, published }) => outcomeText(audience, published));
  if (report.audience.state !== 'ready') process.exitCode = 1;
}

function outcomeText(audience: AudienceSummary, published: boolean): string {
  const { id, state, segment = '', reason = '' } = audience;
  const shown = `audience-relay audiences show ${id}`;
  switch (state) {
    case 'ready':
      return printable(
        published
          ? `Audience ${id} is ready: its segment is ${segment}.`
          : `Nothing to retry: audience ${id} is ready, its segment is ${segment}.`,
      );
    case 'failed': {
      const text = `The platform refused audience ${id} again: ${reason}`;
      return `${printable(text)}\nOnce that is put right there, retry again.`;
    }
    case 'creating': {
      const text = `Audience ${id} is still being created; it goes on in the background.`;
      return `${printable(text)}\nLook again with: ${printable(shown)}`;
    }
  }
}

function unknown(id: string): CommandProblem {
  const text = `No audience has the id ${printable(id)}, and no segment: list tells what there is.`;
  return new CommandProblem(text);
}

async function connected<Result>(
  options: WhereOptions,
  use: (operations: AudienceOperations) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(options);
  const result = await use(connection.operations);
  // Not after a failure: a client that still tries would fail once more, where nobody hears it.
  await connection.close();
  return result;
}

function write<Report>(
  report: Report,
  { json }: CommonOptions,
  textOf: (report: Report) => string,
): void {
  console.log(json === true ? JSON.stringify(report) : textOf(report));
}
