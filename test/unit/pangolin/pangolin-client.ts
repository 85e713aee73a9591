import { afterEach, beforeEach } from '@jest/globals';
import { startPangolin } from '../../pangolin/pangolin.ts';
import type { Pangolin } from '../../pangolin/pangolin.ts';

interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body parsed, or undefined when there is none. */
  readonly json: unknown;
}

/** Calls one Pangolin, with its Basic Auth. */
export interface PangolinClient {
  readonly pangolin: Pangolin;
  /** A `body` that is no string goes out as JSON. */
  call(method: string, path: string, body?: unknown): Promise<Received>;
  /** Makes segments with these titles; the ids are 12345, 12346, … */
  create(...titles: string[]): Promise<void>;
  users(segmentId: number): Promise<unknown>;
  stats(): Promise<unknown>;
}

/** Pangolin's Authorization header. */
export const authorization = `Basic ${Buffer.from('pangolin:pangolin').toString('base64')}`;

/** A Pangolin of its own for every test of the file; read it inside of tests only. */
export function pangolinForEachTest(random?: () => number): PangolinClient {
  let pangolin: Pangolin;
  beforeEach(async () => {
    pangolin = await startPangolin(random ? { random } : {});
  });
  afterEach(() => pangolin.close());

  async function call(method: string, path: string, body?: unknown): Promise<Received> {
    const answer = await fetch(`${pangolin.url}${path}`, {
      method,
      headers: { authorization },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type') === 'application/json';
    const json: unknown = isJson ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, text, json };
  }

  return {
    get pangolin() {
      return pangolin;
    },
    call,
    async create(...titles) {
      for (const title of titles) {
        await call('POST', `/v1/segment?title=${encodeURIComponent(title)}`);
      }
    },
    users: async (segmentId) => (await call('GET', `/v1/segments/${segmentId}/users`)).json,
    stats: async () => (await call('GET', '/v1/stats')).json,
  };
}

/** Batch entries of one segment. */
export function entries(segment: unknown, ...userIds: unknown[]): unknown[] {
  return userIds.map((userid) => ({ segment, userid }));
}
