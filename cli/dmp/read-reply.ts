import { z } from 'zod';
import type { Reply } from '../../shared/destinations/send-request.ts';
import { printable } from '../printable.ts';

const MAX_TEXT = 500;

const counts = z.object({ accepted: z.int().nonnegative(), rejected: z.int().nonnegative() });
const created = z.object({ id: z.union([z.string(), z.number().transform(String)]) });
const refused = z.object({ error: z.string() });

/**
 * How many mutations were taken and set aside; undefined: it is no answer of 200, or not one of a relay.
 */
export function countsIn(reply: Reply): z.output<typeof counts> | undefined {
  return statusOf(reply) === 200 ? inBody(reply, counts) : undefined;
}

/** The id in an answer to CREATE_AUDIENCE, where the relay answers with one. */
export function idIn(reply: Reply): string | undefined {
  return inBody(reply, created)?.id;
}

/** The status of an answer; undefined when there was none. */
export function statusOf(reply: Reply): number | undefined {
  return reply.kind === 'answered' ? reply.status : undefined;
}

/** Intake's own text of why it did not do it, or what the network said. */
export function errorIn(reply: Reply): string {
  if (reply.kind === 'unanswered') return reply.reason;
  const text = inBody(reply, refused)?.error ?? (reply.body.trim() || 'no text');
  return printable(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
}

/** What failed, in one line, and in the next what to do. */
export function failureText(url: string, reply: Reply): string {
  if (reply.kind === 'unanswered') {
    const advice = 'Is it running? npm start starts one; another one is named by --url or PORT.';
    return `No relay at ${url}: ${reply.reason}.\n${advice}`;
  }
  const line = `${url} answered ${reply.status}: ${errorIn(reply)}`;
  const advice = ADVICE[reply.status];
  return advice === undefined ? line : `${line}\n${advice}`;
}

const ADVICE: Readonly<Record<number, string>> = {
  200: 'That is not what a relay answers: check --url.',
  301: 'It points elsewhere: give that as --url.',
  302: 'It points elsewhere: give that as --url.',
  307: 'It points elsewhere: give that as --url.',
  308: 'It points elsewhere: give that as --url.',
  401: 'Check the secret (HMAC_SECRETS or --secret-file) and, where the relay wants it, BASIC_AUTH.',
  403: 'May everybody invoke this function? Check --url.',
  404: 'Check --url: the relay answers at the URL that is registered with Mapp.',
  413: 'Send fewer users in a request: --batch.',
  429: 'Send more slowly, or again later: --retry, --concurrency 1.',
  503: 'The relay cannot store it now: run it again, or with --retry 5.',
};

function inBody<Schema extends z.ZodType>(
  reply: Reply,
  schema: Schema,
): z.output<Schema> | undefined {
  if (reply.kind === 'unanswered') return undefined;
  try {
    return schema.safeParse(JSON.parse(reply.body)).data;
  } catch {
    // No JSON: not one of intake's answers.
    return undefined;
  }
}
