import type { z } from 'zod';
import { sendRequest } from '../../../shared/destinations/send-request.ts';
import type { Looked } from '../looked.ts';
import { LOOK_TIMEOUT_MS } from './google-call.ts';

/** A resource of one of Google's REST APIs. */
export interface RestRequest {
  /** Its name, such as `projects/P/locations/R/services/S`. */
  readonly resource: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly baseUrl: string;
}

/** Reads an answer of Google's REST APIs, or why there is none. Does not throw. */
export async function lookByRest<Value>(
  url: URL,
  headers: RestRequest['headers'],
  schema: z.ZodType<Value>,
): Promise<Looked<Value>> {
  const reply = await sendRequest({ method: 'GET', url, headers }, { timeoutMs: LOOK_TIMEOUT_MS });
  if (reply.kind === 'unanswered') return { kind: 'unanswered', reason: reply.reason };
  if (reply.status === 404) return { kind: 'missing' };
  if (reply.status === 401) return { kind: 'unknown-caller' };
  if (reply.status === 403 && !reply.body.includes('SERVICE_DISABLED'))
    return { kind: 'forbidden' };
  const read = reply.status === 200 ? schema.safeParse(parsed(reply.body)) : undefined;
  if (read?.success !== true) return { kind: 'unanswered', reason: `answered ${reply.status}` };
  return { kind: 'found', value: read.data };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Something else answers there.
    return undefined;
  }
}
