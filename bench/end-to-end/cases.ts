import type { ContenderProgram } from '../contender-process.ts';
import { medians } from '../median.ts';
import { FIFTY, HOT, HOT_100, HOT_STEADY, NAIVE, STEADY } from '../names.ts';
import { measureEndToEnd, type EndToEndFigures, type EndToEndPlan } from './measure-end-to-end.ts';

export const RELAY: ContenderProgram = { file: 'relay.ts' };

const CASES: Readonly<Record<string, EndToEndPlan>> = {
  [HOT]: { program: RELAY, audiences: 1, membersPerCall: 1_000, requests: 3_000 },
  [FIFTY]: { program: RELAY, audiences: 50, membersPerCall: 1_000, requests: 3_000 },
  [HOT_100]: { program: RELAY, audiences: 1, membersPerCall: 100, requests: 1_500 },
  [STEADY]: { program: RELAY, audiences: 50, membersPerCall: 1_000, requests: 1_500, rate: 100 },
  [HOT_STEADY]: { program: RELAY, audiences: 1, membersPerCall: 1_000, requests: 600, rate: 100 },
  // It calls once per user; more requests would only take longer.
  [NAIVE]: { program: { file: 'naive.ts' }, audiences: 1, membersPerCall: 1, requests: 200 },
};

/** The relay from the DMP's request to the member in Pangolin, and the naive handler. */
export async function measureCases(rounds: number): Promise<Record<string, EndToEndFigures>> {
  const measured = new Map<string, EndToEndFigures[]>(Object.keys(CASES).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, plan] of Object.entries(CASES)) {
      measured.get(name)?.push(await measureEndToEnd(plan));
    }
  }
  return Object.fromEntries([...measured].map(([name, figures]) => [name, medians(figures)]));
}
