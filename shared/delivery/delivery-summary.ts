import { logDeliverySettled, MAX_LOGGED_AUDIENCES, MAX_LOGGED_REQUESTS } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import { remember } from './awaited-messages.ts';
import { NO_COUNTS, sumCounts, type KeyBatchReport, type KeyBatchResult } from './key-batch.ts';

/** The end of a key batch at the queue: its oldest messages are acknowledged, the rest comes again. */
export interface KeyBatchEnd {
  readonly result: KeyBatchResult;
  /** Number of messages. */
  readonly acknowledged: number;
  readonly left: number;
  /** The queue's reason for which the rest comes again; undefined: the delivery has its own. */
  readonly reason?: string | undefined;
}

/**
 * Lines about what the drain delivers: one about what is acknowledged within a second, one for each reason
 * for which messages come again. Sums are exact. Each audience that waits stands in a line with its reason.
 */
export interface DeliverySummary {
  add(end: KeyBatchEnd): void;
  /** Writes the lines when the first of their key batches ended a second ago. Called before each pull. */
  writeIfDue(): void;
  /** Writes the lines now: the process may get no CPU from here on. */
  write(): void;
}

const PASS_MS = 1_000;
/** An audience that waits for the same reason is in no other WARNING for so long. */
const WARN_AGAIN_MS = 10 * 60 * 1_000;
const MAX_WARNINGS_REMEMBERED = 10_000;

/** Key batches that share a line. */
interface Line {
  /** Undefined: they are acknowledged. */
  readonly retryReason: string | undefined;
  readonly first: KeyBatchReport;
  keyBatches: number;
  messages: number;
  counts: typeof NO_COUNTS;
  ageMs: number;
  durationMs: number;
  forDestination: string | undefined;
  /** Only of those that come again. */
  readonly audiences: Set<string>;
  /** Only of those where something went wrong. */
  readonly requestIds: Set<string>;
}

export function createDeliverySummary(log: Logger): DeliverySummary {
  /** By kind and reason. */
  const lines = new Map<string, Line>();
  let oldestAt = 0;
  /** Times of the last WARNING, by audience and reason. */
  const warnedAt = new Map<string, number>();

  function add(report: KeyBatchReport, part: Pick<Line, 'retryReason' | 'messages' | 'counts'>) {
    const { messages, counts, retryReason } = part;
    const id = JSON.stringify([report.kind, retryReason]);
    if (lines.size === 0) oldestAt = Date.now();
    const line = lines.get(id) ?? newLine(report, retryReason);
    lines.set(id, line);
    line.keyBatches += 1;
    line.messages += messages;
    line.counts = sumCounts(line.counts, counts);
    line.ageMs = Math.max(line.ageMs, report.ageMs);
    line.durationMs = Math.max(line.durationMs, report.durationMs);
    line.forDestination ??= report.forDestination;
    const isWrong = retryReason !== undefined || counts.rejected > 0;
    if (isWrong || log.isLevelEnabled('debug')) addRequests(line, report);
    if (retryReason === undefined || report.audience === undefined) return;
    line.audiences.add(report.audience);
    if (line.audiences.size < MAX_LOGGED_AUDIENCES) return;
    lines.delete(id);
    writeLine(line);
  }

  /** True when each audience of the line was in a WARNING with this reason not long ago. */
  function isReminder({ audiences, retryReason = '' }: Line): boolean {
    const since = Date.now() - WARN_AGAIN_MS;
    const ids = [...audiences].map((audience) => `${retryReason} ${audience}`);
    if (ids.length > 0 && ids.every((id) => (warnedAt.get(id) ?? 0) > since)) return true;
    for (const id of ids) remember(warnedAt, id, MAX_WARNINGS_REMEMBERED);
    return false;
  }

  function writeLine(line: Line): void {
    const { first, keyBatches, messages, counts, retryReason, audiences, requestIds } = line;
    const { ageMs, durationMs, forDestination } = line;
    const isAlone = keyBatches === 1;
    const { unsupportedRemovals, ...outcomes } = counts;
    const fields = {
      kind: first.kind,
      settled: retryReason === undefined ? ('ack' as const) : ('nack' as const),
      messages,
      keyBatches,
      deliveryAttempt: isAlone ? first.deliveryAttempt : undefined,
      ageMs,
      durationMs,
      ...outcomes,
      requestIds: requestIds.size > (isAlone ? 1 : 0) ? [...requestIds] : undefined,
      unsupportedRemovals: unsupportedRemovals > 0 ? unsupportedRemovals : undefined,
      forDestination,
      retryReason,
      audiences: audiences.size > 0 ? [...audiences] : undefined,
    };
    // A line about one key batch carries the id of its request.
    logDeliverySettled(isAlone ? first.log : log, fields, isReminder(line));
  }

  function write(): void {
    const written = [...lines.values()];
    lines.clear();
    for (const line of written) writeLine(line);
  }

  return {
    add: ({ result, acknowledged, left, reason }) => {
      const { report, settled, counts, leftCounts, wait } = result;
      if (acknowledged > 0) add(report, { retryReason: undefined, messages: acknowledged, counts });
      if (left === 0) return;
      add(report, {
        retryReason: reason ?? wait?.reason ?? 'unknown',
        messages: left,
        counts: acknowledged < settled ? sumCounts(counts, leftCounts) : leftCounts,
      });
    },
    writeIfDue: () => {
      if (lines.size > 0 && Date.now() - oldestAt >= PASS_MS) write();
    },
    write,
  };
}

function newLine(first: KeyBatchReport, retryReason: string | undefined): Line {
  return {
    retryReason,
    first,
    keyBatches: 0,
    messages: 0,
    counts: NO_COUNTS,
    ageMs: 0,
    durationMs: 0,
    forDestination: undefined,
    audiences: new Set(),
    requestIds: new Set(),
  };
}

function addRequests({ requestIds }: Line, report: KeyBatchReport): void {
  for (const id of report.requestIds) {
    if (requestIds.size >= MAX_LOGGED_REQUESTS) return;
    requestIds.add(id);
  }
}
