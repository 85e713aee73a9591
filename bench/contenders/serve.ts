import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a contender has used and done since it began. */
export interface Usage {
  /** Of the processor, in microseconds. */
  readonly cpuMicros: number;
  /** Memory that is in use once a collection has gone by. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** What it counted, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What a contender tells the bench, which started it: where it listens, then its usage whenever asked. */
export type ContenderMessage = { readonly url: string } | { readonly usage: Usage };

/** Listens on a free port of loopback, tells the bench so, and answers its questions from now on. */
export function serve(server: Server, counts: Readonly<Record<string, number>> = {}): void {
  process.on('message', () => {
    send({ usage: usage(counts) });
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    send({ url: `http://127.0.0.1:${port}` });
  });
}

function usage(counts: Readonly<Record<string, number>>): Usage {
  const { user, system } = process.cpuUsage();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { cpuMicros: user + system, heapBytes: heapUsed + external, rssBytes: rss, counts };
}

function send(message: ContenderMessage): void {
  process.send?.(message);
}
