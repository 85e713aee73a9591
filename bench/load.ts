import autocannon, { type Options, type Result } from 'autocannon';
import { percentile } from '../cli/percentile.ts';
import type { SignedCall } from '../cli/dmp/dmp-client.ts';

export interface LoadPlan {
  /** All to one host; every connection sends them in turn, over and over. */
  readonly calls: readonly SignedCall[];
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadFigures {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Sends signed calls for a while, as many as are answered.
 * @throws Error when an answer is not a 200: its time would mean nothing
 */
export async function sendLoad(plan: LoadPlan): Promise<LoadFigures> {
  const { calls, connections, seconds } = plan;
  const [{ url } = { url: '' }] = calls;
  const latenciesMs: number[] = [];
  const options: Options = {
    url: new URL('/', url).href,
    connections,
    duration: seconds,
    requests: calls.map(({ url: to, headers, body }) => {
      const { pathname, search } = new URL(to);
      return { method: 'POST', path: `${pathname}${search}`, headers, body };
    }),
  };
  const result = await new Promise<Result>((resolve, reject) => {
    const instance = autocannon(options, (error: Error | null, ended) => {
      if (error === null) resolve(ended);
      else reject(error);
    });
    instance.on('response', (...[, , , milliseconds]) => {
      latenciesMs.push(milliseconds);
    });
  });
  if (result.non2xx > 0 || result.errors > 0 || latenciesMs.length === 0) {
    const answers = `${result.non2xx} other answers, ${result.errors} errors`;
    throw new Error(`The load met ${answers} beside ${latenciesMs.length} answers: ${url}`);
  }
  const ascending = Float64Array.from(latenciesMs).sort();
  return {
    requests: latenciesMs.length,
    requestsPerSecond: latenciesMs.length / result.duration,
    p50Ms: percentile(ascending, 0.5),
    p99Ms: percentile(ascending, 0.99),
  };
}
