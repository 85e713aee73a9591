import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { progress, type OnProgress } from '../shared/dead-letters/dead-letter-operations.ts';
import { failure } from '../shared/dead-letters/reports.ts';
import { CommandProblem } from './command-problem.ts';
import type { LocalStackAddress } from './local-stack-address.ts';

/** What is sent, and of what shape the result is. */
export interface OperatorCall<Schema extends z.ZodType> {
  /** As in `dead-letters/list`. */
  readonly operation: `${'dead-letters' | 'audiences'}/${string}`;
  readonly body: object;
  readonly result: Schema;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Has a running local stack do an operation (cli/local-stack/operator-api.ts).
 * @throws CommandProblem when the stack does not do it
 */
export async function callLocalStack<Schema extends z.ZodType>(
  address: LocalStackAddress,
  { operation, body, result, onProgress }: OperatorCall<Schema>,
): Promise<z.output<Schema>> {
  for await (const text of linesOf(await post(address, operation, body))) {
    const line = parseLine(text, result);
    if (line.failure !== undefined) throw new CommandProblem(line.failure.message);
    if (line.progress === undefined) return line.result as z.output<Schema>;
    onProgress?.(line.progress);
  }
  const text = 'The local stack ended before it was done: `list` tells what is left.';
  throw new CommandProblem(text);
}

function parseLine(text: string, result: z.ZodType) {
  try {
    const line = z.object({
      progress: progress.optional(),
      failure: failure.optional(),
      result: result.optional(),
    });
    return line.refine((value) => Object.keys(value).length === 1).parse(JSON.parse(text));
  } catch (cause) {
    const problem = 'What answers there is no local stack of this version: give --local or PORT.';
    throw new CommandProblem(problem, 1, { cause });
  }
}

async function post(
  { url, secret }: LocalStackAddress,
  operation: string,
  body: object,
): Promise<Response> {
  const response = await fetch(`${url}/${operation}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${encodeURI(secret)}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
  }).catch((cause: unknown) => {
    const text =
      `No local stack answers at ${url}. Start it with npm start; if it has another port, give ` +
      '--local or PORT; to work on a deployment, set DEAD_LETTER_SUBSCRIPTION.';
    throw new CommandProblem(text, 1, { cause });
  });
  if (response.ok) return response;
  if (response.status === 401) {
    const text = `The local stack at ${url} does not know the secret: set HMAC_SECRETS as it was when you started it.`;
    throw new CommandProblem(text);
  }
  const text = await response.text();
  throw new CommandProblem(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  try {
    yield* createInterface({ input: Readable.fromWeb(body), crlfDelay: Infinity });
  } catch (cause) {
    const text = 'The connection to the local stack broke: `list` tells what is left.';
    throw new CommandProblem(text, 1, { cause });
  }
}
