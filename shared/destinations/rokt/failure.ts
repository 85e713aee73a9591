import { z } from 'zod';
import { classifyStatus } from '../classify-status.ts';
import type { BatchResult, Member } from '../destination.ts';
import { failedBatch } from '../failed-call.ts';
import type { Answered, Reply } from '../send-request.ts';

/** Longer texts, or ones with other characters, may quote a user's id. */
const CODE = /^[\w.-]{1,60}$/;

const errorBody = z.object({ errors: z.tuple([z.object({ code: z.string() })], z.unknown()) });

/** What a call that did not succeed means for its members; undefined: it succeeded. */
export function failureOf(reply: Reply, members: readonly Member[]): BatchResult | undefined {
  if (reply.kind === 'unanswered') return { kind: 'retry', reason: reply.reason };
  const meaning = classifyStatus(reply.status);
  if (meaning === 'ok') return undefined;
  // 404, 410, 501 …: of one fixed address and no member, it is the address that is wrong.
  const result = failedBatch(reply, meaning === 'rejected' ? 'fault' : meaning, members);
  const detail = detailOf(reply);
  if (result.kind === 'outcomes' || detail === undefined) return result;
  return { ...result, reason: `${result.reason} (${detail})` };
}

/** What Rokt says of it that names nobody: which limit was exceeded, or the code of its first error. */
function detailOf({ headers, body }: Answered): string | undefined {
  const detail = headers.get('x-mp-rate-limit-exceeded') ?? errorCodeIn(body);
  return detail !== undefined && CODE.test(detail) ? detail : undefined;
}

function errorCodeIn(body: string): string | undefined {
  try {
    return errorBody.safeParse(JSON.parse(body)).data?.errors[0].code;
  } catch {
    return undefined;
  }
}
