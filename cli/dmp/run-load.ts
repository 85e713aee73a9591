import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sleep } from '../../shared/sleep.ts';
import { plannedRequest, requestsOf, type LoadPlan, type PlannedRequest } from './load-plan.ts';
import { countsIn, statusOf } from './read-reply.ts';
import type { DmpReply } from './send-call.ts';

/** Beyond it this machine would measure its own memory. */
const MAX_UNANSWERED = 5_000;

export interface LoadRun {
  readonly send: (request: PlannedRequest) => Promise<DmpReply>;
  /** Aborted to begin no more requests. */
  readonly stop: AbortSignal;
  readonly onProgress: (done: number) => void;
}

export interface LoadResult {
  /** By status; `none` counts requests without an answer. */
  readonly statuses: ReadonlyMap<number | 'none', number>;
  /** Were not sent since too many were unanswered. */
  readonly notSent: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly durationMs: number;
  /** From the time a request was due to its answer, ascending. */
  readonly latenciesMs: Float64Array;
  /** The most that a request went out after it was due. */
  readonly latestMs: number;
}

/**
 * Sends requests at the rate of the plan, however long the answers take: a slow intake must not lower the
 * load. So the time of an answer counts from when its request was due.
 */
export async function runLoad(
  plan: LoadPlan,
  { send, stop, onProgress }: LoadRun,
): Promise<LoadResult> {
  const statuses = new Map<number | 'none', number>();
  const latenciesMs: number[] = [];
  const counts = { notSent: 0, accepted: 0, rejected: 0, latestMs: 0 };
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let done = 0;

  async function sendOne(index: number, dueAt: number): Promise<void> {
    counts.latestMs = Math.max(counts.latestMs, performance.now() - dueAt);
    const reply = await send(plannedRequest(plan, index));
    const status = statusOf(reply) ?? 'none';
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status !== 'none') latenciesMs.push(performance.now() - dueAt);
    const { accepted = 0, rejected = 0 } = countsIn(reply) ?? {};
    counts.accepted += accepted;
    counts.rejected += rejected;
    done += 1;
    onProgress(done);
  }

  for (let index = 0; index < requestsOf(plan); index += 1) {
    const dueAt = startedAt + (index * 1000) / plan.rate;
    const early = dueAt - performance.now();
    if (early > 0) await sleep(early, stop);
    // Where sending cannot keep up, answers must be read all the same.
    else await nextTurn();
    if (stop.aborted) break;
    if (underWay.size >= MAX_UNANSWERED) {
      counts.notSent += 1;
      continue;
    }
    const sending = sendOne(index, dueAt).finally(() => underWay.delete(sending));
    underWay.add(sending);
  }
  await Promise.all(underWay);
  const durationMs = performance.now() - startedAt;
  return { ...counts, statuses, durationMs, latenciesMs: Float64Array.from(latenciesMs).sort() };
}
