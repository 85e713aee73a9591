/**
 * The DIY protocol's calls as our own types. Unknown fields are ignored at every level, since "new
 * fields can appear at any time" (documented).
 */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { Audience, Mutation, Operation, RejectedEntry } from '../audience/audience.ts';
import { RequestError } from '../errors.ts';
import { audienceId, audienceName, customerNumber } from './fields.ts';
import { parseMutations } from './parse-mutations.ts';
import { isPlain } from './plain-entry.ts';

export const CALL_TYPES = [
  'VALIDATE',
  'CREATE_AUDIENCE',
  'ADD_TO_AUDIENCE',
  'REMOVE_FROM_AUDIENCE',
] as const;
export type CallType = (typeof CALL_TYPES)[number];

export type Call =
  | { readonly type: 'VALIDATE' }
  | { readonly type: 'CREATE_AUDIENCE'; readonly audience: Audience }
  | {
      readonly type: 'ADD_TO_AUDIENCE' | 'REMOVE_FROM_AUDIENCE';
      readonly mutations: readonly Mutation[];
      readonly rejected: readonly RejectedEntry[];
    };

const OPERATIONS: Record<'ADD_TO_AUDIENCE' | 'REMOVE_FROM_AUDIENCE', Operation> = {
  ADD_TO_AUDIENCE: 'add',
  REMOVE_FROM_AUDIENCE: 'remove',
};

const createAudience = z.object({
  Audience: audienceId,
  Name: audienceName,
  Customer: customerNumber,
});

/**
 * The call type named by the query string.
 * @throws RequestError REQUEST_INVALID when `type` is missing, repeated or unknown.
 */
export function parseCallType(query: URLSearchParams): CallType {
  const [type, ...more] = query.getAll('type');
  const known = CALL_TYPES.find((callType) => callType === type);
  if (known !== undefined && more.length === 0) return known;
  const fault = type === undefined ? 'is missing' : more.length > 0 ? 'is repeated' : 'is unknown';
  throw invalid(`type: the query parameter ${fault}; send one of ${CALL_TYPES.join(', ')}`);
}

/**
 * The call a verified body carries. The query string is not signed, so the body's `Type` must
 * repeat it; only VALIDATE, whose body is undocumented, may come with an empty body or without.
 * @throws RequestError REQUEST_INVALID naming the field at fault.
 */
export function parseCall(type: CallType, body: Buffer): Call {
  if (type === 'VALIDATE' && body.length === 0) return { type };
  const fields = parseObject(body);
  const typeMissing = fields['Type'] === undefined && type === 'VALIDATE';
  if (fields['Type'] !== type && !typeMissing) {
    const fault = fields['Type'] === undefined ? 'is missing' : 'differs';
    throw invalid(`Type: ${fault}; the body must repeat the query parameter type, ${type}`);
  }
  switch (type) {
    case 'VALIDATE':
      return { type };
    case 'CREATE_AUDIENCE':
      return { type, audience: parseAudience(fields) };
    case 'ADD_TO_AUDIENCE':
    case 'REMOVE_FROM_AUDIENCE':
      return { type, ...parseMutations(fields, OPERATIONS[type], isPlain(body)) };
  }
}

function parseObject(body: Buffer): Readonly<Record<string, unknown>> {
  if (!isUtf8(body)) throw invalid('body: is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    // JSON.parse quotes the text it fails on, so its error is not passed on.
    throw invalid('body: is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('body: is not a JSON object');
  }
  return value as Record<string, unknown>;
}

function parseAudience(fields: Readonly<Record<string, unknown>>): Audience {
  const result = createAudience.safeParse(fields);
  if (!result.success) {
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );
    throw invalid(problems.join('; '));
  }
  const { Audience, Name, Customer } = result.data;
  return { id: Audience, name: Name, customer: Customer ?? undefined };
}

function invalid(message: string): RequestError {
  return new RequestError('REQUEST_INVALID', 400, message);
}
