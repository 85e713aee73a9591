import type { IncomingMessage } from 'node:http';
import type { Wake } from '../../shared/delivery/drain.ts';
import { MessageError, PlatformError, RequestError } from '../../shared/errors.ts';
import { sendAnswer, type Answer, type HttpHandler } from '../../shared/http/answer.ts';
import { readBody } from '../../shared/http/read-body.ts';
import { createRequestMemory } from '../../shared/http/request-memory.ts';
import { loggedError, logHandlerFailed, logPushRefused } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import { decodeWake } from '../../shared/queue/push-body.ts';
import type { WakeHost } from './wake-host.ts';

/** A wake carries its message: up to 10 MB, Pub/Sub's limit, in base64 and its wrapping. */
const MAX_WAKE_BYTES = 15_000_000;

export interface WakeSettings {
  readonly log: Logger;
  /** Bytes of wakes that are read at once. */
  readonly maxPendingBytes: number;
}

/**
 * The function that Pub/Sub and Cloud Scheduler call: a push of a message is a wake, an empty body a sweep.
 * Cloud Run's IAM decides who may call it, before our code.
 */
export function createWakeHandler(
  host: WakeHost,
  { log, maxPendingBytes }: WakeSettings,
): HttpHandler {
  const memory = createRequestMemory(maxPendingBytes);

  /** The message in the body. Without room to read it, a wake is a sweep: it is never sent back. */
  async function read(request: IncomingMessage): Promise<Wake | undefined> {
    const reservation = memory.reserve();
    try {
      const body = await readBody(request, MAX_WAKE_BYTES, reservation);
      return body.length === 0 ? undefined : decodeWake(body);
    } catch (error) {
      if (error instanceof PlatformError && error.code === 'OVERLOADED') return undefined;
      throw error;
    } finally {
      reservation.release();
    }
  }

  return async (request, response) => {
    const answer = await wake().catch((error: unknown) => refuse(error, log));
    if (!response.destroyed) sendAnswer(response, answer);

    async function wake(): Promise<Answer> {
      if (request.method !== 'POST') {
        throw new RequestError('METHOD_NOT_ALLOWED', 405, 'Only POST wakes forward.');
      }
      return { status: await host.wake(await read(request)) };
    }
  };
}

function refuse(error: unknown, log: Logger): Answer {
  if (error instanceof MessageError || error instanceof RequestError) {
    logPushRefused(log, loggedError(error));
    return { status: error instanceof RequestError ? error.status : 400 };
  }
  logHandlerFailed(log, loggedError(error));
  return { status: 500 };
}
