import { z } from 'zod';
import type { Mutation, Operation, RejectedEntry } from '../audience/audience.ts';
import { RequestError } from '../errors.ts';
import { audienceId, userId } from './fields.ts';
import { isPlainEntry } from './plain-entry.ts';

/** The vendor's sample calls the array `Mutations`, its prose "Mutation array": both are read. */
const ARRAY_FIELDS = ['Mutations', 'Mutation'] as const;

/** Far more than a body of the DMP's entries can hold; a body of `1,1,1,…` would hold five million. */
const MAX_ENTRIES = 200_000;

/** `Uuid` looks like a UUID but its variant bits are not RFC 4122's, so any text will do. */
const entrySchema = z
  .object(
    { Audience: audienceId, Uuid: userId, External_user_id: userId },
    { error: 'must be an object' },
  )
  .refine((entry) => entry.Uuid !== undefined || entry.External_user_id !== undefined, {
    path: ['External_user_id'],
    message: 'is required, or Uuid',
  });

/**
 * Reads the mutation array. Entries that are not valid are set aside one by one with a reason that
 * names the field and never its value.
 * @param isPlainBody what isPlain says of the body they stand in
 * @throws RequestError REQUEST_INVALID when there is no mutation array; BODY_TOO_LARGE (413) when it has
 *   more entries than any body of the DMP's.
 */
export function parseMutations(
  fields: Readonly<Record<string, unknown>>,
  operation: Operation,
  isPlainBody = false,
): { mutations: readonly Mutation[]; rejected: readonly RejectedEntry[] } {
  const mutations: Mutation[] = [];
  const rejected: RejectedEntry[] = [];
  const entries = mutationArray(fields);
  if (entries.length > MAX_ENTRIES) {
    const text = `Mutations: more than ${MAX_ENTRIES} entries; send smaller micro-batches`;
    throw new RequestError('BODY_TOO_LARGE', 413, text);
  }
  for (const entry of entries) {
    const result =
      isPlainBody && isPlainEntry(entry)
        ? { success: true as const, data: entry }
        : entrySchema.safeParse(entry);
    if (result.success) {
      const { Audience, Uuid, External_user_id } = result.data;
      const user = { uuid: Uuid, externalUserId: External_user_id };
      mutations.push({ audience: Audience, operation, user });
    } else {
      rejected.push({ reason: reasonOf(result.error), operation, entry });
    }
  }
  return { mutations, rejected };
}

function mutationArray(fields: Readonly<Record<string, unknown>>): readonly unknown[] {
  const present = ARRAY_FIELDS.filter((field) => (fields[field] ?? undefined) !== undefined);
  if (present.length === 0) {
    throw new RequestError('REQUEST_INVALID', 400, 'Mutations: the mutation array is missing');
  }
  return present.flatMap((field): unknown[] => {
    const value = fields[field];
    if (Array.isArray(value)) return value;
    throw new RequestError('REQUEST_INVALID', 400, `${field}: is not an array`);
  });
}

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'entry: is invalid';
  return `${issue.path.join('.') || 'entry'}: ${issue.message}`;
}
