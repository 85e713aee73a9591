import { percentile } from '../../cli/percentile.ts';
import { sendClosedLoop } from '../closed-loop.ts';
import { startContender, type ContenderProgram } from '../contender-process.ts';
import { sendLoad } from '../load.ts';
import { medians } from '../median.ts';
import { audienceIds, microBatch } from '../micro-batch.ts';

/** The rate of the goal: requests per second, of 100 mutations each. */
const FIXED_RATE = 270;
const CONNECTIONS = 50;
const BODIES = 200;
const WARM_UP_SECONDS = 2;

export interface IntakePlan {
  readonly rounds: number;
  readonly seconds: number;
  /** By the name they have in the table. */
  readonly contenders: Readonly<Record<string, ContenderProgram>>;
}

/** Medians of the rounds. */
export type IntakeFigures = Record<
  | 'requestsPerSecond'
  | 'p50Ms'
  | 'p99Ms'
  | 'cpuMicrosPerRequest'
  | 'fixedP50Ms'
  | 'fixedP99Ms'
  | 'fixedCpuMicrosPerRequest'
  | 'messagesPerRequest'
  | 'fixedMessagesPerRequest',
  number
>;

/**
 * Requests of 100 mutations of one audience, at saturation and at a fixed rate. Contenders take turns, so
 * that what else the machine does meets all of them.
 */
export async function measureIntake(plan: IntakePlan): Promise<Record<string, IntakeFigures>> {
  const rounds = new Map<string, IntakeFigures[]>(
    Object.keys(plan.contenders).map((name) => [name, []]),
  );
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [name, program] of Object.entries(plan.contenders)) {
      rounds.get(name)?.push(await measureOnce(program, plan.seconds));
    }
  }
  return Object.fromEntries([...rounds].map(([name, figures]) => [name, medians(figures)]));
}

async function measureOnce(program: ContenderProgram, seconds: number): Promise<IntakeFigures> {
  const contender = await startContender(program);
  try {
    const target = {
      url: contender.url,
      audiences: audienceIds(1),
      spread: 'one-audience',
    } as const;
    const calls = Array.from({ length: BODIES }, (_, index) => microBatch(target, index));
    const load = { calls, connections: CONNECTIONS };
    await sendLoad({ ...load, seconds: WARM_UP_SECONDS });

    const before = await contender.usage();
    const saturated = await sendLoad({ ...load, seconds });
    const between = await contender.usage();
    const requests = FIXED_RATE * seconds;
    const { latenciesMs } = await sendClosedLoop({
      ...target,
      connections: CONNECTIONS,
      requests,
      rate: FIXED_RATE,
    });
    const after = await contender.usage();
    const messages = (usage: typeof before) => usage.counts['messages'] ?? 0;
    return {
      requestsPerSecond: saturated.requestsPerSecond,
      p50Ms: saturated.p50Ms,
      p99Ms: saturated.p99Ms,
      cpuMicrosPerRequest: (between.cpuMicros - before.cpuMicros) / saturated.requests,
      messagesPerRequest: (messages(between) - messages(before)) / saturated.requests,
      fixedP50Ms: percentile(latenciesMs, 0.5),
      fixedP99Ms: percentile(latenciesMs, 0.99),
      fixedCpuMicrosPerRequest: (after.cpuMicros - between.cpuMicros) / requests,
      fixedMessagesPerRequest: (messages(after) - messages(between)) / requests,
    };
  } finally {
    await contender.stop();
  }
}
