import type { Hiding } from './hiding.ts';

export interface ShownFetch {
  readonly fetch: typeof fetch;
  /** Calls so far. */
  readonly count: () => number;
}

export interface ShowSettings {
  readonly hiding: Hiding;
  /** Whether calls are only shown: then each is answered by this machine as if it had gone well. */
  readonly dryRun: boolean;
  readonly print: (line: string) => void;
}

/** What a dry run answers: nothing a platform would say, but a token for those who ask for one. */
const NOTHING = '{"access_token":"dry-run","expires_in":3600}';

/** A fetch that shows each request and its answer, with secrets hidden. */
export function createShownFetch({ hiding, dryRun, print }: ShowSettings): ShownFetch {
  let count = 0;
  const lines = (mark: string, text: string): void => {
    for (const line of hiding.text(text).split('\n')) print(`  ${mark} ${line}`);
  };

  return {
    count: () => count,
    fetch: async (input, init = {}) => {
      count += 1;
      lines('>', `${init.method ?? 'GET'} ${urlOf(input)}`);
      for (const [name, value] of new Headers(init.headers)) {
        print(`  > ${name}: ${hiding.header(name, value)}`);
      }
      if (typeof init.body === 'string') lines('>', init.body);
      if (dryRun) return new Response(NOTHING);
      const response = await fetch(input, init);
      // Read here, so that it can be shown; the destination reads the copy.
      const body = await response.text();
      hiding.learn(body);
      print(`  < ${response.status}`);
      if (body !== '') lines('<', body);
      const { status, headers } = response;
      return new Response(isBodiless(status) ? null : body, { status, headers });
    },
  };
}

function urlOf(input: string | URL | Request): string {
  return input instanceof Request ? input.url : String(input);
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
