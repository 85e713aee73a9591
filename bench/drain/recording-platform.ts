import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

export interface RecordingPlatform {
  readonly url: string;
  /** Time at which a user came first, by `performance.now()`. */
  arrivedAt(user: string): number | undefined;
  /** Segment whose members are answered 500, forever. */
  fail(title: string): void;
  close(): void;
}

const members = z.array(z.object({ segment: z.number(), userid: z.string() }));

/** A platform of Pangolin's API that answers at once, and records when users come. */
export async function startRecordingPlatform(): Promise<RecordingPlatform> {
  const segments = new Map<string, number>();
  const arrivals = new Map<string, number>();
  let failing: string | undefined;

  function apply(body: string): number {
    const now = performance.now();
    const batch = members.parse(JSON.parse(body));
    const failed = failing === undefined ? undefined : segments.get(failing);
    if (batch.some(({ segment }) => segment === failed)) return 500;
    for (const { userid } of batch) if (!arrivals.has(userid)) arrivals.set(userid, now);
    return 200;
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const title = new URL(request.url ?? '', 'http://x').searchParams.get('title');
      if (title === null) {
        response.statusCode = apply(body);
        response.end('[]');
        return;
      }
      const segment = segments.get(title) ?? segments.size + 1;
      segments.set(title, segment);
      response.end(JSON.stringify({ segment_id: segment, created: true }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivedAt: (user) => arrivals.get(user),
    fail: (title) => {
      failing = title;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
