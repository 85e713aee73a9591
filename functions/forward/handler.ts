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
import type { DrainedDelivery } from '../../shared/delivery/drained-delivery.ts';
import type { WakeHost } from './wake-host.ts';

/** A message of 10 MB, Pub/Sub's limit, in base64 and its wrapping. */
const MAX_PUSH_BYTES = 15_000_000;

export interface ForwardSettings {
  readonly host: WakeHost;
  readonly push: DrainedDelivery['push'];
  /** Name of the subscription whose pushes only wake. What others push is delivered. */
  readonly wakeSubscription: string;
  readonly log: Logger;
  /** Bytes of the requests that are held at once; beyond it they are answered 503. */
  readonly maxPendingBytes: number;
}

/**
 * The function that Pub/Sub and Cloud Scheduler call. An empty body is a sweep, a push of the wake
 * subscription a wake. Any other push is a message: 200 acknowledges it, 503 has it delivered again. So a
 * message that a subscription of an older version still pushes is never taken for a wake. Cloud Run's IAM
 * decides who may call, before our code.
 */
export function createForwardHandler(settings: ForwardSettings): HttpHandler {
  const { host, push, wakeSubscription, log, maxPendingBytes } = settings;
  const memory = createRequestMemory(maxPendingBytes);

  async function answerTo(
    request: IncomingMessage,
    { reservation, gone }: { reservation: Reservation; gone: AbortSignal },
  ): Promise<Answer> {
    if (request.method !== 'POST') {
      throw new RequestError('METHOD_NOT_ALLOWED', 405, 'Only POST wakes forward.');
    }
    const body = await readBody(request, MAX_PUSH_BYTES, reservation);
    if (body.length === 0) return { status: await host.wake() };
    const { subscription, key, delivery } = decodePush(body);
    if (subscription === wakeSubscription) {
      // It is held open for as long as there is work, and needs its body no more.
      reservation.release();
      return { status: await host.wake({ messageId: delivery.messageId, key }) };
    }
    return { status: (await push(delivery, key, gone)) === 'ack' ? 200 : 503 };
  }

  return async (request, response) => {
    const reservation = memory.reserve();
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const context = { reservation, gone: gone.signal };
    const answer = await answerTo(request, context).catch((error: unknown) => refuse(error, log));
    reservation.release();
    if (!response.destroyed) sendAnswer(response, answer);
  };
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
