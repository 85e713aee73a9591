import { Refusal } from '../answers.ts';
import type { Call } from '../call.ts';

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Throws unless the caller knows this machine by a name of its own: a website may let its own name point
 * here (DNS rebinding), and would then be of our origin.
 */
export function demandLoopbackHost({ headers }: Call): void {
  if (loopbackHost.test(headers.host ?? '')) return;
  throw new Refusal(403, 'Open the page as http://127.0.0.1 or http://localhost.');
}

/**
 * Throws unless it is our own page that calls. Any website may send requests to this machine, but only with
 * its own origin, which the browser writes down.
 */
export function demandOwnPage(call: Call): void {
  demandLoopbackHost(call);
  const { headers } = call;
  const site = headers['sec-fetch-site'];
  const isOurs = headers.origin === `http://${headers.host ?? ''}`;
  if (!isOurs || (site !== undefined && site !== 'same-origin')) {
    throw new Refusal(403, "Only Pangolin's own page may call this; programs use /v1/faults.");
  }
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new Refusal(415, 'Send JSON, with Content-Type: application/json.');
  }
}
