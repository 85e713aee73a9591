import type { ServerResponse } from 'node:http';
import type { Reply } from './answers.ts';

/** Lets a reply go out when its time has come; nothing goes out when the caller has gone by then. */
export async function sendReply(reply: Reply, response: ServerResponse): Promise<void> {
  if (reply.delayMs > 0) await wait(reply.delayMs, response);
  if (response.destroyed) {
    reply.onHangUp?.();
    return;
  }
  reply.onSend();
  if (reply.answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, headers, body } = reply.answer;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Ends early when the connection closes: the caller hung up, or Pangolin stops. */
function wait(delayMs: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, delayMs);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
