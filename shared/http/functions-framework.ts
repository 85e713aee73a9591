import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { http } from '@google-cloud/functions-framework';
import { logCloseFailed, logDrainFinished, loggedError, logHandlerFailed } from '../log-events.ts';
import type { Logger } from '../logger.ts';
import { sendAnswer, type HttpHandler } from './answer.ts';
import { within } from '../within.ts';
import { trackRequests } from './drain.ts';
import { onStopSignal } from './on-stop-signal.ts';

/** All of an end: Cloud Run sends SIGKILL ten seconds after SIGTERM. */
const END_TIMEOUT_MS = 9_000;
const STOP_TIMEOUT_MS = 7_000;
const DRAIN_TIMEOUT_MS = 4_000;
/** A destination may finish what it holds back. */
const CLOSE_TIMEOUT_MS = 4_000;

export interface FunctionOptions {
  /** What the deployment calls the function's entry point. */
  readonly name: string;
  readonly handler: HttpHandler;
  readonly log: Logger;
  /** Called first when the instance ends: answers requests that are held open. */
  readonly stop?: (() => Promise<void>) | undefined;
  /** Closes clients after the last request. */
  readonly close: () => Promise<void>;
}

/**
 * Registers an HTTP function with the functions framework, and takes its requests before Express
 * does. The framework would parse the body before our code sees it (malformed JSON: an HTML page
 * before any signature check; gzip: inflated bytes under the signature) and drop the requests in
 * flight on SIGTERM. docs/decisions/0003 says why it is done this way and what else was tried.
 */
export function registerFunction(options: FunctionOptions): void {
  http(options.name, (_request, response) => {
    const error = 'This function lost its place before Express: see docs/decisions/0003.';
    sendAnswer(response, { status: 500, body: { error } });
  });

  /** Node publishes this before a request reaches the server's listeners: the first one included. */
  const channel = 'http.server.request.start';
  const takeOver = (message: unknown): void => {
    const { server } = message as { server: Server };
    unsubscribe(channel, takeOver);
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      options.handler(request, response).catch((error: unknown) => {
        logHandlerFailed(options.log, loggedError(error));
        response.destroy();
      });
    });
    drainOnSignals(server, options);
  };
  subscribe(channel, takeOver);
}

function drainOnSignals(server: Server, { log, stop, close }: FunctionOptions): void {
  const drain = trackRequests(server);
  const end = async (): Promise<void> => {
    const startedAt = Date.now();
    const remaining = (most: number) => Math.min(most, startedAt + END_TIMEOUT_MS - Date.now());
    await within(stop?.() ?? Promise.resolve(), remaining(STOP_TIMEOUT_MS)).catch(
      (error: unknown) => {
        logHandlerFailed(log, loggedError(error));
      },
    );
    const abandonedRequests = await drain(remaining(DRAIN_TIMEOUT_MS));
    await within(close(), remaining(CLOSE_TIMEOUT_MS)).catch((error: unknown) => {
      logCloseFailed(log, loggedError(error));
    });
    logDrainFinished(log, { durationMs: Date.now() - startedAt, abandonedRequests });
    process.exit(0);
  };
  // The framework's listeners, registered when it began to listen, exit at once.
  process.removeAllListeners('SIGINT');
  process.removeAllListeners('SIGTERM');
  onStopSignal(() => void end());
}
