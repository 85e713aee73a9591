/**
 * `npm run chaos`: many mutations through the real emulators to a failing platform while forward is
 * killed again and again; exits 0 only if nothing is lost and the membership is exactly the expected one.
 */
import { onStopSignal } from '../../shared/http/on-stop-signal.ts';
import { within } from '../../shared/within.ts';
import { readGivenUp, readMembers } from './arrived.ts';
import { startChaosStack, type ChaosStack, type Disturbance, type OnEnd } from './chaos-stack.ts';
import { createModel, type Model } from './model.ts';
import { parseOptions, type ChaosOptions } from './options.ts';
import { createPlan } from './plan.ts';
import { createProgress } from './progress.ts';
import { chaosReport, problemsOf, type ChaosResult } from './report.ts';
import { createAudiences, sendAll } from './send.ts';
import { judge } from './verdict.ts';
import { watch } from './watch.ts';

const END_TIMEOUT_MS = 10_000;
const NOTHING_GIVEN_UP: ReadonlySet<string> = new Set();

async function run(options: ChaosOptions, signal: AbortSignal, onEnd: OnEnd): Promise<ChaosResult> {
  // To its end, also when interrupted meanwhile: only then is it known what to end.
  const stack = await startChaosStack(options, onEnd);
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
  signal.throwIfAborted();
  const plan = createPlan(options);
  const model = createModel();
  const sent = { mutations: 0, requests: 0, repeated: 0 };
  const sending = { dmp: stack.dmp, plan, model, sent };
  const startedAt = Date.now();
  const progress = createProgress(options.mutations);
  onEnd(() => {
    progress.end();
    return Promise.resolve();
  });

  await Promise.race([createAudiences(sending), stack.broken, interrupted]);
  const watching = watch({
    stack,
    ...options,
    arrivalTimeoutMs: options.minutes * 60_000,
    signal,
    disturbances: disturbancesOf(options),
    sent: () => sent.mutations,
    isExact: async () => {
      const arrived = { ...(await readMembers(stack.pangolin)), givenUp: NOTHING_GIVEN_UP };
      return judge(model, options.audiences, arrived).exact;
    },
    onTick: ({ adds, removes, calls }, disturbed) => {
      progress.show({ sent: sent.mutations, delivered: adds + removes, calls, disturbed });
    },
  });
  const [watched] = await Promise.race([
    Promise.all([watching, sendAll(sending)]),
    stack.broken,
    interrupted,
  ]);
  progress.end();
  const durationMs = Date.now() - startedAt;

  const { members, segments } = await readMembers(stack.pangolin);
  const givenUp = await readGivenUp(stack);
  const arrived = { members, segments, givenUp: givenUp.operations };
  const verdict = judge(model, options.audiences, arrived);
  return {
    options,
    sent,
    ...watched,
    segments,
    givenUp,
    verdict,
    storedOtherwise: verdict.exact ? 0 : await storedOtherwise(stack, model),
    durationMs,
  };
}

/** Users whose last operation in the queue is not the one that was answered last. */
async function storedOtherwise({ stored }: ChaosStack, model: Model): Promise<number> {
  const arrived = { members: await stored.members(), segments: 0, givenUp: NOTHING_GIVEN_UP };
  return judge(model, 0, arrived).lost;
}

/** All kinds in turn, so that each follows each. */
function disturbancesOf({ kills, freezes, ends, stutters }: ChaosOptions): Disturbance[] {
  const left: Record<Disturbance, number> = {
    kill: kills,
    stutter: stutters,
    freeze: freezes,
    end: ends,
  };
  const order: Disturbance[] = [];
  for (let round = 0; round < Math.max(...Object.values(left)); round += 1) {
    for (const how of ['kill', 'stutter', 'freeze', 'end'] as const) {
      if (left[how] > round) order.push(how);
    }
  }
  return order;
}

const stopping = new AbortController();
onStopSignal(() => {
  stopping.abort(new Error('Interrupted.'));
});
const ends: (() => Promise<unknown>)[] = [];
let exitCode = 1;
try {
  const options = parseOptions(process.argv.slice(2));
  const result = await run(options, stopping.signal, (end) => ends.push(end));
  console.log(chaosReport(result));
  exitCode = problemsOf(result).length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
} finally {
  for (const end of ends.reverse()) await within(end(), END_TIMEOUT_MS).catch(() => undefined);
}
// A run that was interrupted may still be waiting for something.
process.exit(exitCode);
