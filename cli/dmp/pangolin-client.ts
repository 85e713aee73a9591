import { z } from 'zod';
import { basicAuthHeader } from '../../shared/http/basic-auth.ts';

const segments = z.array(
  z.object({ segment_id: z.number(), title: z.string(), members: z.number() }),
);
const stats = z.object({
  calls: z.number(),
  creates: z.number(),
  adds: z.number(),
  removes: z.number(),
  refused: z.number(),
  faults: z.number(),
});

export type PangolinStats = z.infer<typeof stats>;

/** Looks inside Pangolin. */
export function createPangolinClient(url: string) {
  const headers = { Authorization: basicAuthHeader('pangolin:pangolin') };
  const request = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(url + path, { method, headers, ...init });
    if (!response.ok) throw new Error(`Pangolin answered ${response.status} to ${method} ${path}`);
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  };

  return {
    segments: async () => segments.parse(await request('GET', '/v1/segments')),
    users: async (segment: number) =>
      z.array(z.string()).parse(await request('GET', `/v1/segments/${segment}/users`)),
    stats: async () => stats.parse(await request('GET', '/v1/stats')),
    setFaults: (faults: Readonly<Record<string, unknown>>) => request('PUT', '/v1/faults', faults),
    endFaults: () => request('DELETE', '/v1/faults'),
  };
}

export type PangolinClient = ReturnType<typeof createPangolinClient>;
