/** Pushes to forward that it cannot take. */
import { expect } from '@jest/globals';
import { createForwardHandler } from '../../../functions/forward/handler.ts';
import { listenLocally } from '../../../shared/http/listen.ts';
import type { Settlement } from '../../../shared/queue/queue.ts';
import { eventually } from '../../setup/eventually.ts';
import { MARK, type MarkedLog } from './marks.ts';

export async function playPushes({ log, untilLogged }: MarkedLog): Promise<void> {
  const settle: ((settlement: Settlement) => void)[] = [];
  let fails = false;
  const deliver = () =>
    fails
      ? Promise.reject(new Error(`${MARK} broke it`))
      : new Promise<Settlement>((resolve) => settle.push(resolve));
  const handler = createForwardHandler({
    host: { wake: () => Promise.resolve(200), stop: () => Promise.resolve() },
    push: deliver,
    wakeSubscription: 'none',
    log,
    maxPendingBytes: 1_000,
  });
  const { server, url } = await listenLocally(handler, 0);
  const message = {
    data: Buffer.from(MARK.repeat(100)).toString('base64'),
    attributes: { requestId: 'r-1' },
    messageId: 'm-1',
    publishTime: new Date().toISOString(),
  };
  const push = (body: unknown) => fetch(url, { method: 'POST', body: JSON.stringify(body) });

  const held = push({ message });
  await eventually(() => {
    expect(settle).toHaveLength(1);
  });
  expect((await push({ message })).status).toBe(503);
  await untilLogged({ event: 'push_turned_away', errorCode: 'OVERLOADED' });
  settle[0]?.('ack');
  expect((await held).status).toBe(200);

  expect((await push({ message: MARK })).status).toBe(400);
  await untilLogged({ event: 'push_refused' });
  fails = true;
  expect((await push({ message })).status).toBe(503);
  await untilLogged({ event: 'handler_failed' });
  server.close();
  server.closeAllConnections();
}
