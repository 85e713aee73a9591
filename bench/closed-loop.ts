import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SignedCall } from '../cli/dmp/dmp-client.ts';
import { MUTATIONS_PER_REQUEST, microBatch, type Target } from './micro-batch.ts';

export interface LoadPlan extends Target {
  /** Index of the first request; each has users of its own. Default 0. */
  readonly first?: number;
  readonly requests: number;
  readonly connections: number;
  /** Requests per second over all connections; default: as many as are answered. */
  readonly rate?: number;
  /** Told of every request that was answered 200. */
  readonly onStored?: (index: number) => void;
}

export interface LoadResult {
  readonly mutations: number;
  /** Answered 503, and sent again. */
  readonly refusedRequests: number;
  readonly durationMs: number;
  /** Ascending, of the requests answered 200; at a rate, from when they were due. */
  readonly latenciesMs: readonly number[];
}

const PAUSE_AFTER_503_MS = 50;

/** Adds ever new users; every connection sends its next request when one is answered, or when it is due. */
export async function sendClosedLoop(plan: LoadPlan): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections });
  const latenciesMs: number[] = [];
  const { first = 0 } = plan;
  const end = first + plan.requests;
  let next = first;
  let refusedRequests = 0;
  const startedAt = performance.now();

  const run = async (): Promise<void> => {
    for (let index = next++; index < end; index = next++) {
      const call = microBatch(plan, index);
      const now = performance.now();
      const dueAt =
        plan.rate === undefined ? now : startedAt + ((index - first) / plan.rate) * 1_000;
      if (dueAt > now) await sleep(dueAt - now);
      while (!(await isStored(call, agent))) {
        refusedRequests += 1;
        await sleep(PAUSE_AFTER_503_MS);
      }
      latenciesMs.push(performance.now() - dueAt);
      plan.onStored?.(index);
    }
  };
  await Promise.all(Array.from({ length: plan.connections }, run));
  agent.destroy();
  return {
    mutations: plan.requests * MUTATIONS_PER_REQUEST,
    refusedRequests,
    durationMs: performance.now() - startedAt,
    latenciesMs: latenciesMs.sort((a, b) => a - b),
  };
}

/**
 * Whether a request was answered 200, rather than 503.
 * @throws Error when it is answered otherwise
 */
async function isStored(call: SignedCall, agent: Agent): Promise<boolean> {
  const status = await post(call, agent);
  if (status === 200 || status === 503) return status === 200;
  throw new Error(`Intake answered ${status}`);
}

function post({ url, headers, body }: SignedCall, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        resolve(response.statusCode ?? 0);
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
