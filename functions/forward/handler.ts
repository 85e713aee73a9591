import type { IncomingMessage } from 'node:http';
import { MessageError, PlatformError, RequestError } from '../../shared/errors.ts';
import { sendAnswer, type Answer, type HttpHandler } from '../../shared/http/answer.ts';
import { readBody } from '../../shared/http/read-body.ts';
import { createRequestMemory, type Reservation } from '../../shared/http/request-memory.ts';
import {
  loggedError,
  logHandlerFailed,
  logPushRefused,
  logPushTurnedAway,
} from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import { decodePush } from '../../shared/queue/push-body.ts';
import type { Delivery, Settlement, Subscriber } from '../../shared/queue/queue.ts';

/** A message of 10 MB, Pub/Sub's limit, in base64 and its wrapping. */
const MAX_PUSH_BYTES = 15_000_000;

export interface ForwardSettings {
  readonly log: Logger;
  /** What all deliveries under way may hold; beyond it they go back to the queue. */
  readonly maxPendingBytes: number;
}

/**
 * The function that Pub/Sub pushes to: 200 acknowledges a message, 503 has it delivered again. Who
 * may call it is decided by Cloud Run's IAM, before our code.
 */
export function createForwardHandler(
  deliver: Subscriber,
  { log, maxPendingBytes }: ForwardSettings,
): HttpHandler {
  const memory = createRequestMemory(maxPendingBytes);

  return async (request, response) => {
    const reservation = memory.reserve();
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const answer = await settle(request, reservation, (delivery) =>
      deliver(delivery, gone.signal),
    ).catch((error: unknown) => refuse(error, log));
    reservation.release();
    if (!response.destroyed) sendAnswer(response, answer);
  };
}

async function settle(
  request: IncomingMessage,
  reservation: Reservation,
  deliver: (delivery: Delivery) => Promise<Settlement>,
): Promise<Answer> {
  const delivery = decodePush(await readBody(request, MAX_PUSH_BYTES, reservation));
  return { status: (await deliver(delivery)) === 'ack' ? 200 : 503 };
}

function refuse(error: unknown, log: Logger): Answer {
  if (error instanceof MessageError || error instanceof RequestError) {
    logPushRefused(log, loggedError(error));
    return { status: error instanceof RequestError ? error.status : 400 };
  }
  if (error instanceof PlatformError) logPushTurnedAway(log, loggedError(error));
  else logHandlerFailed(log, loggedError(error));
  return { status: 503 };
}
