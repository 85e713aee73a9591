import { failure } from '../pangolin/answers.ts';
import type { Answer } from '../pangolin/answers.ts';
import type { Platform } from '../pangolin/platform.ts';
import { route } from '../pangolin/router.ts';

/** What befalls calls on top of Pangolin's own faults. */
export interface Network {
  /** Whether our credentials are refused. */
  refusesUs: boolean;
  /** Users over whose calls the platform fails. */
  failsOver: ReadonlySet<string>;
}

/** `fetch` to a Pangolin in this process, without sockets: it obeys the timers that tests take over. */
export function pangolinFetch(platform: Platform, network: Network): typeof fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(input);
    const body = typeof init.body === 'string' ? init.body : '';
    if (network.refusesUs) return responseOf(failure(403, 'Forbidden.'));
    if ([...network.failsOver].some((user) => body.includes(`"${user}"`))) {
      return responseOf(failure(500, 'It fails over this one.'));
    }
    const { answer, delayMs, onSend } = route(platform, {
      method: init.method ?? 'GET',
      path: pathname,
      query: search.slice(1),
      headers: init.headers as Record<string, string>,
      text: () => body,
    });
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (answer === 'reset') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    onSend();
    return responseOf(answer);
  };
}

function responseOf({ status, headers, body }: Answer): Response {
  const init = { status, headers: headers as Record<string, string> };
  return new Response(body === '' ? null : body, init);
}
