import { createDmpClient, type DmpSettings } from '../../cli/dmp/dmp-client.ts';

export interface LoadedRequest {
  readonly startedAt: number;
  readonly endedAt: number;
  /** The status, or `failed` when there was no answer. */
  readonly result: number | 'failed';
}

export interface Load {
  /** Stops sending and resolves with all requests, once each is answered or failed. */
  stop(): Promise<readonly LoadedRequest[]>;
}

/** Bounds the load, should `stop` never be called. */
const MAX_REQUESTS_PER_CONNECTION = 5_000;

/** Adds users over and over, on `connections` connections, until stopped. */
export function startLoad(settings: DmpSettings, connections: number): Load {
  const dmp = createDmpClient(settings);
  const requests: LoadedRequest[] = [];
  let stopped = false;

  const run = async (connection: number): Promise<void> => {
    for (let turn = 0; !stopped && turn < MAX_REQUESTS_PER_CONNECTION; turn += 1) {
      const startedAt = Date.now();
      const users = [`user-${connection}-${turn}`];
      const result = await dmp.addToAudience(`a.${connection}`, users).then(
        ({ status }) => status,
        () => 'failed' as const,
      );
      requests.push({ startedAt, endedAt: Date.now(), result });
      if (result === 'failed') return;
    }
  };
  const running = Promise.all(Array.from({ length: connections }, (_, index) => run(index)));

  return {
    stop: async () => {
      stopped = true;
      await running;
      return requests;
    },
  };
}
