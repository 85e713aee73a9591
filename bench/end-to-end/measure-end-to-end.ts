import { setTimeout as sleep } from 'node:timers/promises';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { percentile } from '../../cli/percentile.ts';
import { sendClosedLoop } from '../closed-loop.ts';
import { startContender, type Contender, type ContenderProgram } from '../contender-process.ts';
import { audienceIds, SECRET, usersOf, type Target } from '../micro-batch.ts';
import { startRecordingPangolin, type RecordingPangolin } from './recording-pangolin.ts';

const CONNECTIONS = 50;
/** What a third party takes for a call. */
const CALL_MS = 50;
const WARM_UP_REQUESTS = 50;
const DRAIN_TIMEOUT_MS = 60_000;

export interface EndToEndPlan {
  readonly program: ContenderProgram;
  readonly audiences: number;
  readonly membersPerCall: number;
  readonly requests: number;
  /** Requests per second; default: as many as are answered. */
  readonly rate?: number;
}

export type EndToEndFigures = Record<
  | 'mutationsPerSecond'
  | 'answerP50Ms'
  | 'answerP99Ms'
  | 'ageP50Ms'
  | 'ageP99Ms'
  | 'callsPer1000Mutations'
  | 'messagesPer1000Mutations'
  | 'mapReadsPer1000Messages'
  | 'cpuMicrosPerMutation',
  number
>;

/** What runs: the contender, its Pangolin, and the audiences it knows. */
export interface Played {
  readonly contender: Contender;
  readonly pangolin: RecordingPangolin;
  readonly target: Target;
}

/** Starts a contender at a Pangolin of its own, and ends both when `play` has ended. */
export async function playAgainstPangolin<Result>(
  { program, audiences: count, membersPerCall }: EndToEndPlan,
  play: (played: Played) => Promise<Result>,
): Promise<Result> {
  const pangolin = await startRecordingPangolin(CALL_MS);
  const variables = {
    ...program.variables,
    DESTINATION_BASE_URL: pangolin.url,
    MEMBERS_PER_CALL: String(membersPerCall),
  };
  const contender = await startContender({ ...program, variables });
  try {
    const audiences = audienceIds(count);
    const dmp = createDmpClient({ url: contender.url, secret: SECRET });
    for (const audience of audiences) await dmp.createAudience(audience, audience);
    const target: Target = { url: contender.url, audiences, spread: 'one-audience' };
    return await play({ contender, pangolin, target });
  } finally {
    await contender.stop();
    await pangolin.close();
  }
}

/** Adds users of one or more audiences, until all are in Pangolin. */
export function measureEndToEnd(plan: EndToEndPlan): Promise<EndToEndFigures> {
  return playAgainstPangolin(plan, async ({ contender, pangolin, target }) => {
    const load = { ...target, connections: CONNECTIONS };
    const warmUp = { ...load, first: plan.requests, requests: WARM_UP_REQUESTS };
    await untilArrived(pangolin, (await sendClosedLoop(warmUp)).mutations);

    const before = await contender.usage();
    const { calls: callsBefore } = await pangolin.client.stats();
    const arrivedBefore = pangolin.arrivals.size;
    const storedAt = new Map<number, number>();
    const startedAt = performance.now();
    const { mutations, latenciesMs } = await sendClosedLoop({
      ...load,
      requests: plan.requests,
      ...(plan.rate === undefined ? {} : { rate: plan.rate }),
      onStored: (index) => storedAt.set(index, performance.now()),
    });
    await untilArrived(pangolin, arrivedBefore + mutations);
    const seconds = (performance.now() - startedAt) / 1_000;

    const after = await contender.usage();
    const { calls } = await pangolin.client.stats();
    const ages = agesOf(storedAt, pangolin.arrivals);
    const counted = (name: string) => (after.counts[name] ?? 0) - (before.counts[name] ?? 0);
    return {
      mutationsPerSecond: mutations / seconds,
      answerP50Ms: percentile(latenciesMs, 0.5),
      answerP99Ms: percentile(latenciesMs, 0.99),
      ageP50Ms: percentile(ages, 0.5),
      ageP99Ms: percentile(ages, 0.99),
      callsPer1000Mutations: ((calls - callsBefore) / mutations) * 1_000,
      messagesPer1000Mutations: (counted('messages') / mutations) * 1_000,
      mapReadsPer1000Messages: (counted('mapReads') / Math.max(1, counted('messages'))) * 1_000,
      cpuMicrosPerMutation: (after.cpuMicros - before.cpuMicros) / mutations,
    };
  });
}

async function untilArrived({ arrivals }: RecordingPangolin, members: number): Promise<void> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  while (arrivals.size < members) {
    if (performance.now() > deadline) {
      throw new Error(`Only ${arrivals.size} of ${members} members have arrived.`);
    }
    await sleep(5);
  }
}

/** From the 200 of a user's request to the answer of the call that held them: ascending, 0 when before it. */
function agesOf(
  storedAt: ReadonlyMap<number, number>,
  arrivals: ReadonlyMap<string, number>,
): Float64Array {
  const ages = Array.from(storedAt, ([index, stored]) =>
    usersOf(index).map((user) => Math.max(0, (arrivals.get(user) ?? Infinity) - stored)),
  );
  return Float64Array.from(ages.flat()).sort();
}
