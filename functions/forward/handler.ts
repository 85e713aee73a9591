import { MessageError } from '../../shared/errors.ts';
import { sendAnswer, type Answer, type HttpHandler } from '../../shared/http/answer.ts';
import { readBody } from '../../shared/http/read-body.ts';
import { logDeliveryFailed, loggedError } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import { decodePush } from '../../shared/queue/push-body.ts';
import type { Subscriber } from '../../shared/queue/queue.ts';

/** A message of 10 MB, Pub/Sub's limit, in base64 and its wrapping. */
const MAX_PUSH_BYTES = 15_000_000;

/**
 * The function that Pub/Sub pushes to: 200 acknowledges a message, 503 has it delivered again. Who
 * may call it is decided by Cloud Run's IAM, before our code.
 */
export function createForwardHandler(deliver: Subscriber, log: Logger): HttpHandler {
  return async (request, response) => {
    let answer: Answer;
    try {
      const delivery = decodePush(await readBody(request, MAX_PUSH_BYTES));
      answer = { status: (await deliver(delivery)) === 'ack' ? 200 : 503 };
    } catch (error) {
      logDeliveryFailed(log, loggedError(error));
      answer = { status: error instanceof MessageError ? 400 : 503 };
    }
    if (!response.destroyed) sendAnswer(response, answer);
  };
}
