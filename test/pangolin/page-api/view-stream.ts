import type { ServerResponse } from 'node:http';
import { failure, immediately } from '../answers.ts';
import { sendReply } from '../send-reply.ts';
import { currentView, type PageHost } from './page-host.ts';
import type { View, ViewChange } from './view.ts';

// Looked at rather than told of: then calls to the platform cost the same whoever watches.
const intervalMs = 200;
const aliveEveryMs = 5_000;
const maxWatching = 50;
/** A page that reads more slowly than this gets the next change later. */
const maxUnsentBytes = 256 * 1024;

type Sent = Readonly<Record<string, string>>;

/**
 * Server-sent events: `snapshot` with a {@link View}, then `change` with what changed, five times a second at
 * most, and `alive` where nothing does. Ends when the page goes or the server closes.
 */
export async function streamView(
  host: PageHost,
  search: string,
  response: ServerResponse,
): Promise<void> {
  if (host.watching >= maxWatching) {
    const error = `Up to ${maxWatching} pages can watch one Pangolin: close another one.`;
    await sendReply(immediately(failure(503, error)), response);
    return;
  }
  // Its `close` has come already, and would never end the timer.
  if (response.destroyed) return;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  let { sent, lastCall } = sendSnapshot(response, currentView(host, search));
  let sentAt = Date.now();
  const timer = setInterval(() => {
    if (response.writableLength > maxUnsentBytes) return;
    const view = { ...currentView(host, search), calls: host.platform.calls.after(lastCall) };
    const change = changedParts(view, sent);
    const isAlive = Date.now() - sentAt >= aliveEveryMs;
    if (Object.keys(change).length > 0) sendEvent(response, 'change', change);
    else if (isAlive) sendEvent(response, 'alive', {});
    else return;
    sentAt = Date.now();
    sent = { ...sent, ...serialised(change) };
    lastCall = view.calls[0]?.id ?? lastCall;
  }, intervalMs);
  host.watching += 1;
  response.once('close', () => {
    clearInterval(timer);
    host.watching -= 1;
  });
}

function sendSnapshot(response: ServerResponse, view: View): { sent: Sent; lastCall: number } {
  sendEvent(response, 'snapshot', view);
  return { sent: serialised(view), lastCall: view.calls[0]?.id ?? 0 };
}

function sendEvent(response: ServerResponse, event: string, data: object): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function changedParts({ calls, ...parts }: View, sent: Sent): ViewChange {
  const changed = Object.entries(parts).filter(([name, part]) => sent[name] !== asText(part));
  return { ...Object.fromEntries(changed), ...(calls.length > 0 ? { calls } : {}) };
}

function serialised(parts: ViewChange): Sent {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, asText(part)]));
}

function asText(part: unknown): string {
  return JSON.stringify(part);
}
