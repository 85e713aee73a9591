/** `dmp add` and `dmp remove`: users, from wherever they come, in micro-batches. */
import { onStopSignal } from '../../shared/http/on-stop-signal.ts';
import { CommandProblem } from '../command-problem.ts';
import { createProgressDisplay } from '../progress-display.ts';
import { curlCommand } from './curl-command.ts';
import { signCall, type SignedCall } from './dmp-client.ts';
import { microBatches } from './micro-batches.ts';
import { mutationsOf, type MutationSettings, type MutationType } from './mutations.ts';
import { failureText } from './read-reply.ts';
import { sendBatches, type SendReport } from './send-batches.ts';
import { sendCall } from './send-call.ts';
import { targetOf } from './target.ts';
import { usersFrom, type UserOptions } from './users.ts';
import { outcome, type CallOptions } from './validate.ts';

/** As the DMP: a micro-batch goes when it is full, or after a second. */
const MAX_WAIT_MS = 1_000;
const DISPLAY = { json: true, what: 'users', withRate: true, lineEveryMs: 1_000 };

export interface MutateOptions extends CallOptions, UserOptions, MutationSettings {
  readonly batch: number;
  readonly concurrency: number;
  readonly retry: number;
}

/** What is done, and to which audience. */
export interface Change {
  readonly type: MutationType;
  readonly audience: string;
  readonly users: readonly string[];
}

/**
 * Sends the mutations of all users and writes how many were accepted. Ends with 1 when a request failed
 * or Ctrl-C came before the last one; what was under way is waited for.
 */
export async function mutate(change: Change, options: MutateOptions): Promise<void> {
  if (options.stdin === true && options.askSecret === true) {
    const text = '--ask-secret and --stdin both read standard input: use --secret-file.';
    throw new CommandProblem(text, 2);
  }
  const target = await targetOf(options);
  const stop = new AbortController();
  const { chunks, total } = usersFrom(change.users, options, stop.signal);
  const limits = { size: options.batch, maxWaitMs: MAX_WAIT_MS };
  const batches = microBatches(chunks, limits, stop.signal);
  const callOf = (users: readonly string[]): SignedCall =>
    signCall(target, change.type, { Mutations: mutationsOf(change.audience, users, options) });

  if (options.dryRun === true) {
    for await (const batch of batches) {
      console.log(curlCommand(callOf(batch)));
      break;
    }
    stop.abort();
    console.error('This is the first request; nothing was sent.');
    return;
  }

  let interrupted = false;
  onStopSignal(() => {
    interrupted = true;
    stop.abort();
  });
  const display = createProgressDisplay(process.stderr, DISPLAY);
  const sending = sendBatches(batches, {
    send: (users) => sendCall(callOf(users)),
    concurrency: options.concurrency,
    retries: options.retry,
    stop,
    onProgress: ({ accepted, rejected, failed }) => {
      display.onProgress({ done: accepted + rejected + failed, total });
    },
  });
  const report = await sending.finally(() => {
    display.end();
  });
  write(report, { ...options, url: target.url, interrupted });
}

function write(
  report: SendReport,
  { json, url, interrupted }: MutateOptions & { url: string; interrupted: boolean },
): void {
  const { failure, ...counts } = report;
  if (failure !== undefined || interrupted) process.exitCode = 1;
  if (json === true) {
    const failed = failure === undefined ? {} : { failure: outcome(failure) };
    console.log(JSON.stringify({ ...counts, interrupted, ...failed }));
    return;
  }
  const { accepted, rejected, failed, requests } = counts;
  const inAll = `in ${requests === 1 ? '1 request' : `${requests} requests`}`;
  console.log(`Accepted: ${mutationsText(accepted)} ${inAll}.`);
  if (rejected > 0) {
    const advice = 'audience-relay dead-letters list --reason entry-invalid tells why.';
    console.log(`Set aside: ${mutationsText(rejected)}; ${advice}`);
  }
  if (failed > 0) console.log(`Failed: ${mutationsText(failed)}.`);
  if (interrupted) {
    console.error('Stopped before the last user. Users that are sent again do no harm.');
  }
  if (failure !== undefined) {
    console.error(`${failureText(url, failure)}\nNothing was sent after that.`);
  }
}

function mutationsText(count: number): string {
  return count === 1 ? '1 mutation' : `${count} mutations`;
}
