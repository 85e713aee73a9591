import { performance } from 'node:perf_hooks';
import type { CallView } from './page-api/view.ts';

const maxCalls = 50;

/** How a call ended. */
export type CallEnd = Pick<CallView, 'result' | 'injected' | 'error'>;

/** The last calls to `/v1/segment`, for a person to look at. */
export interface CallHistory {
  /** Begins to time a call; what it returns is called once, when the call has ended. */
  begin(what: string): (end: CallEnd) => void;
  /** Those that ended after the one with this id, the newest first. */
  after(id: number): CallView[];
}

/** A history that forgets all but the last 50 calls. */
export function createCallHistory(): CallHistory {
  const newestFirst: CallView[] = [];
  let lastId = 0;
  return {
    begin(what) {
      const startedAt = performance.now();
      return (end) => {
        const durationMs = Math.round(performance.now() - startedAt);
        newestFirst.unshift({ id: ++lastId, at: Date.now(), what, durationMs, ...end });
        if (newestFirst.length > maxCalls) newestFirst.pop();
      };
    },
    after: (id) => newestFirst.filter((call) => call.id > id),
  };
}
