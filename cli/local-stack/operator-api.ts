/**
 * What the command line calls to work on the dead letters and audiences of a running local stack, which
 * has them in its memory: `POST /dead-letters/<operation>` or `/audiences/<operation>` with JSON, answered
 * with one JSON object a line. The last line is the result or the failure, those before it tell the
 * progress.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import {
  purgeRequest,
  replayRequest,
  type DeadLetterOperations,
  type OnProgress,
} from '../../shared/dead-letters/dead-letter-operations.ts';
import { deadLetterFilter } from '../../shared/dead-letters/filter.ts';
import { RelayError, RequestError } from '../../shared/errors.ts';
import { sendAnswer, type HttpHandler } from '../../shared/http/answer.ts';
import { readBody } from '../../shared/http/read-body.ts';
import { loggedError, logHandlerFailed } from '../../shared/log-events.ts';
import type { Logger } from '../../shared/logger.ts';
import {
  readAudienceCall,
  type OperationsByDestination,
  type ParseInput,
} from './audience-calls.ts';

const OPERATOR_PATH = /^\/(dead-letters|audiences)\/(.*)$/s;
/** Room for the ids of all letters of a session. */
const MAX_BODY_BYTES = 1_000_000;

export interface OperatorApiOptions {
  readonly operations: DeadLetterOperations;
  readonly audiences?: OperationsByDestination;
  /** Whoever knows it may do everything: any web page can reach this machine's ports. */
  readonly secret: string;
  readonly log: Logger;
}

type Run = (onProgress: OnProgress) => Promise<unknown>;

/** Whether a path is one of the operator API's. */
export function isOperatorPath(path: string): boolean {
  return OPERATOR_PATH.test(path);
}

/** Serves the operations on dead letters and audiences. */
export function createOperatorApi(options: OperatorApiOptions): HttpHandler {
  const { secret, log } = options;
  return async (request, response) => {
    try {
      if (!bearsSecret(request, secret)) {
        throw new RequestError('SIGNATURE_INVALID', 401, 'Authorization: the secret is wrong');
      }
      const run = await readOperation(request, options);
      await answerInLines(response, run, log);
    } catch (error) {
      if (!(error instanceof RequestError)) logHandlerFailed(log, loggedError(error));
      const status = error instanceof RequestError ? error.status : 500;
      const text = error instanceof RequestError ? error.message : 'internal error';
      sendAnswer(response, { status, body: { error: text } });
    }
  };
}

async function readOperation(
  request: IncomingMessage,
  { operations, audiences = new Map() }: OperatorApiOptions,
): Promise<Run> {
  if (request.method !== 'POST') {
    throw new RequestError('METHOD_NOT_ALLOWED', 405, 'Only POST is served here');
  }
  const body = await readBody(request, MAX_BODY_BYTES);
  const input: ParseInput = (schema) => parse(schema, parseJson(body));
  const [, group, name = ''] = OPERATOR_PATH.exec(request.url ?? '') ?? [];
  const run =
    group === 'audiences'
      ? readAudienceCall(name, input, audiences)
      : readDeadLetterCall(name, input, operations);
  if (run !== undefined) return run;
  throw new RequestError('REQUEST_INVALID', 404, 'There is no such operation');
}

function readDeadLetterCall(
  name: string,
  parse: ParseInput,
  operations: DeadLetterOperations,
): Run | undefined {
  switch (name) {
    case 'list': {
      const { filter } = parse(z.strictObject({ filter: deadLetterFilter }));
      return () => operations.list(filter);
    }
    case 'show': {
      const { id } = parse(z.strictObject({ id: z.string() }));
      return async () => (await operations.show(id)) ?? null;
    }
    case 'replay': {
      const replay = parse(replayRequest);
      return (onProgress) => operations.replay(replay, onProgress);
    }
    case 'purge': {
      const purge = parse(purgeRequest);
      return (onProgress) => operations.purge(purge, onProgress);
    }
    default:
      return undefined;
  }
}

/** Once begun it is brought to its end, also when nobody listens any more. */
async function answerInLines(response: ServerResponse, run: Run, log: Logger): Promise<void> {
  const write = (line: object) => response.write(`${JSON.stringify(line)}\n`);
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  try {
    write({ result: await run((progress) => write({ progress })) });
  } catch (error) {
    if (!(error instanceof RelayError)) logHandlerFailed(log, loggedError(error));
    const code = error instanceof RelayError ? error.code : 'INTERNAL';
    const message = error instanceof RelayError ? error.message : 'The log of the stack says more.';
    write({ failure: { code, message } });
  }
  response.end();
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // JSON.parse quotes the text it fails on, so its error is not passed on.
    throw new RequestError('REQUEST_INVALID', 400, 'The body is not JSON');
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RequestError('REQUEST_INVALID', 400, z.prettifyError(result.error));
}

/**
 * `Bearer` and the secret, encoded by `encodeURI` since a header takes no letter beyond Latin-1. Compares
 * digests, so that the time taken tells nothing about where they differ.
 */
function bearsSecret({ headers }: IncomingMessage, secret: string): boolean {
  const [scheme, given] = headers.authorization?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'bearer' || given === undefined) return false;
  return timingSafeEqual(digest(given), digest(encodeURI(secret)));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
