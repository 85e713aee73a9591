import { onStopSignal } from '../../shared/http/on-stop-signal.ts';
import { CommandProblem } from '../command-problem.ts';
import { createProgressDisplay } from '../progress-display.ts';
import { creationOf } from './creation.ts';
import { signCall, type DmpSettings } from './dmp-client.ts';
import { audiencesOf, requestsOf, type LoadPlan } from './load-plan.ts';
import { isFlawless, loadReport, loadText } from './load-report.ts';
import { mutationsOf } from './mutations.ts';
import { failureText, statusOf } from './read-reply.ts';
import { runLoad } from './run-load.ts';
import { sendCall } from './send-call.ts';
import { isOnThisMachine, targetOf, targetUrl, type TargetOptions } from './target.ts';

const DISPLAY = { json: true, what: 'requests', withRate: true, lineEveryMs: 1_000 };

export interface LoadOptions extends TargetOptions, Omit<LoadPlan, 'durationSeconds'> {
  readonly duration: number;
  readonly json?: true;
  readonly yesLoadARealRelay?: true;
}

/**
 * Creates the audiences, sends mutations at a fixed rate and writes what came of it. Ends with 1 unless
 * all requests were answered 200.
 * @throws CommandProblem when a real relay is meant and that was not said, or an audience is refused
 */
export async function load(options: LoadOptions): Promise<void> {
  const plan: LoadPlan = { ...options, durationSeconds: options.duration };
  if (!isOnThisMachine(targetUrl(options)) && options.yesLoadARealRelay !== true) {
    const text =
      'That relay is not on this machine: its platform would get made-up audiences and users. If that is what you want, add --yes-load-a-real-relay.';
    throw new CommandProblem(text, 2);
  }
  const target = await targetOf(options);
  const stop = new AbortController();
  onStopSignal(() => {
    stop.abort();
  });
  await createAudiences(plan, target, stop.signal);

  const display = createProgressDisplay(process.stderr, DISPLAY);
  const total = requestsOf(plan);
  const running = runLoad(plan, {
    send: ({ type, audience, users }) =>
      sendCall(signCall(target, type, { Mutations: mutationsOf(audience, users) })),
    stop: stop.signal,
    onProgress: (done) => {
      display.onProgress({ done, total });
    },
  });
  const result = await running.finally(() => {
    display.end();
  });
  const report = loadReport(result);
  console.log(options.json === true ? JSON.stringify(report) : loadText(report));
  if (stop.signal.aborted) console.error('Stopped before the last request.');
  if (stop.signal.aborted || !isFlawless(report)) process.exitCode = 1;
}

/** Mutations of audiences that nobody created would only wait. */
async function createAudiences(
  plan: LoadPlan,
  target: DmpSettings,
  stop: AbortSignal,
): Promise<void> {
  for (const audience of audiencesOf(plan)) {
    if (stop.aborted) return;
    const fields = creationOf(audience, `Load test ${audience}`);
    const reply = await sendCall(signCall(target, 'CREATE_AUDIENCE', fields));
    if (statusOf(reply) !== 200) throw new CommandProblem(failureText(target.url, reply));
  }
}
