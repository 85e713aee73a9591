import type { Reply } from '../../shared/destinations/send-request.ts';
import { sleep } from '../../shared/sleep.ts';
import { countsIn } from './read-reply.ts';

/** Where intake does not say how long to wait. */
const USUAL_WAIT_MS = 1_000;

export interface Sending {
  readonly send: (users: readonly string[]) => Promise<Reply>;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** How often a request is sent again that was not answered, or with 429 or 503. */
  readonly retries: number;
  /** Aborted to send no more; it is after the first failure, too. */
  readonly stop: AbortController;
  readonly onProgress: (report: SendReport) => void;
}

/** What became of the users that were sent. */
export interface SendReport {
  readonly requests: number;
  readonly accepted: number;
  /** Set aside by intake: they are dead letters, with a reason each. */
  readonly rejected: number;
  /** In requests that failed; where nothing answered, they may have been stored all the same. */
  readonly failed: number;
  /** The first answer that is none. */
  readonly failure?: Reply | undefined;
}

/** Sends batches until there are no more or one fails, and waits for what is under way. */
export async function sendBatches(
  batches: AsyncIterable<readonly string[]>,
  { send, concurrency, retries, stop, onProgress }: Sending,
): Promise<SendReport> {
  const underWay = new Set<Promise<void>>();
  let report: SendReport = { requests: 0, accepted: 0, rejected: 0, failed: 0 };

  async function sendOne(users: readonly string[]): Promise<void> {
    const reply = await sendPatiently(() => send(users), retries, stop.signal);
    const counts = countsIn(reply);
    report = {
      requests: report.requests + 1,
      accepted: report.accepted + (counts?.accepted ?? 0),
      rejected: report.rejected + (counts?.rejected ?? 0),
      failed: report.failed + (counts === undefined ? users.length : 0),
      failure: report.failure ?? (counts === undefined ? reply : undefined),
    };
    if (counts === undefined) stop.abort();
    onProgress(report);
  }

  for await (const batch of batches) {
    if (stop.signal.aborted) break;
    const sending = sendOne(batch).finally(() => underWay.delete(sending));
    underWay.add(sending);
    if (underWay.size >= concurrency) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  return report;
}

async function sendPatiently(
  send: () => Promise<Reply>,
  retries: number,
  stop: AbortSignal,
): Promise<Reply> {
  for (let left = retries; ; left -= 1) {
    const reply = await send();
    const mayPass = reply.kind === 'unanswered' || reply.status === 429 || reply.status === 503;
    if (!mayPass || left === 0) return reply;
    const waitMs = (reply.kind === 'answered' ? reply.retryAfterMs : undefined) ?? USUAL_WAIT_MS;
    if (!(await sleep(waitMs, stop))) return reply;
  }
}
