import { setTimeout as sleep } from 'node:timers/promises';
import { sendClosedLoop } from '../closed-loop.ts';
import type { Contender } from '../contender-process.ts';
import { playAgainstPangolin, type EndToEndPlan } from './measure-end-to-end.ts';

const SECONDS = 60;
const SAMPLE_SECONDS = 5;
/** By then code is compiled and buffers have their size. */
const SETTLED_SECONDS = 15;
const RATE = 100;

/** The heaps are what is in use after a collection. */
export type MemoryFigures = Record<
  'requestsPerSecond' | 'seconds' | 'settledHeapMb' | 'endHeapMb' | 'endRssMb',
  number
>;

/** The memory of the relay under a steady load of requests of 100 mutations. */
export function measureMemory(
  plan: Omit<EndToEndPlan, 'requests' | 'rate'>,
): Promise<MemoryFigures> {
  return playAgainstPangolin({ ...plan, requests: 0 }, async ({ contender, target }) => {
    const sampled = sample(contender);
    await sendClosedLoop({ ...target, connections: 50, requests: RATE * SECONDS, rate: RATE });
    const samples = await sampled;
    const last = samples.slice(-3);
    return {
      requestsPerSecond: RATE,
      seconds: SECONDS,
      settledHeapMb: lowest(samples.slice(SETTLED_SECONDS / SAMPLE_SECONDS - 1).slice(0, 3)),
      endHeapMb: lowest(last),
      endRssMb: Math.max(...last.map(({ rssBytes }) => rssBytes)) / 1e6,
    };
  });
}

async function sample(contender: Contender) {
  const samples = [];
  for (let at = SAMPLE_SECONDS; at <= SECONDS; at += SAMPLE_SECONDS) {
    await sleep(SAMPLE_SECONDS * 1_000);
    samples.push(await contender.usage());
  }
  return samples;
}

/** Requests under way hold memory too: the lowest of some samples has the least of it. */
function lowest(samples: readonly { heapBytes: number }[]): number {
  return Math.min(...samples.map(({ heapBytes }) => heapBytes)) / 1e6;
}
