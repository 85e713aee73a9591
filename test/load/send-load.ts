import { Agent, request } from 'node:http';
import { signCall, type SignedCall } from '../../cli/dmp/dmp-client.ts';

export interface LoadPlan {
  readonly url: string;
  readonly audiences: readonly string[];
  /** How the users of one request are spread: over one audience, or over all of them. */
  readonly spread: 'one-audience' | 'all-audiences';
  readonly requests: number;
  readonly connections: number;
}

export interface LoadResult {
  readonly mutations: number;
  /** Mutations in requests answered 200; the others were answered 503 and sent again. */
  readonly accepted: number;
  readonly refusedRequests: number;
  readonly durationMs: number;
  /** Ascending, of the requests answered 200. */
  readonly latenciesMs: readonly number[];
}

/** The DMP's micro-batches, today. */
const MUTATIONS_PER_REQUEST = 100;
const PAUSE_AFTER_503_MS = 50;

/** Adds ever new users, closed loop: every connection sends its next request when one is answered. */
export async function sendLoad(plan: LoadPlan): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections });
  const latenciesMs: number[] = [];
  let next = 0;
  let refusedRequests = 0;

  const run = async (): Promise<void> => {
    for (let index = next++; index < plan.requests; index = next++) {
      const call = callOf(plan, index);
      for (;;) {
        const startedAt = performance.now();
        const status = await post(call, agent);
        if (status === 200) {
          latenciesMs.push(performance.now() - startedAt);
          break;
        }
        if (status !== 503) throw new Error(`Intake answered ${status}`);
        refusedRequests += 1;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_503_MS));
      }
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: plan.connections }, run));
  agent.destroy();
  return {
    mutations: plan.requests * MUTATIONS_PER_REQUEST,
    accepted: latenciesMs.length * MUTATIONS_PER_REQUEST,
    refusedRequests,
    durationMs: performance.now() - startedAt,
    latenciesMs: latenciesMs.sort((a, b) => a - b),
  };
}

function callOf({ url, audiences, spread }: LoadPlan, index: number): SignedCall {
  const mutations = Array.from({ length: MUTATIONS_PER_REQUEST }, (_, at) => {
    const user = `${index}-${at}`;
    const audience = audiences[(spread === 'one-audience' ? index : index + at) % audiences.length];
    const ids = { Uuid: `ab043529-3e55-4672-52f0-${user}`, External_user_id: user };
    return { ...ids, Audience: audience, Customer: 123, Platform: 113 };
  });
  return signCall({ url, secret: 'local-secret' }, 'ADD_TO_AUDIENCE', { Mutations: mutations });
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
