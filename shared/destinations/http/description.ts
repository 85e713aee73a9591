/**
 * A third party described as data: what the JSON files in platforms/ hold. Its texts are templates
 * with placeholders such as `{{segment}}`; see template.ts.
 */
import { z } from 'zod';
import { ConfigurationError } from '../../errors.ts';
import { BASE_URL_RULE, isBaseUrl } from '../../http/base-url.ts';
import { hasStrayBraces, placeholdersIn, textsIn } from './template.ts';

const query = z.record(z.string(), z.string()).default({});
const path = z.string().startsWith('/');
/** Keys from the top of a JSON answer to a value. */
const pointer = z.array(z.string()).min(1);

/** Refuses placeholders that have no value in a call, and braces that are none. */
const withPlaceholders =
  (allowed: readonly string[]) => (call: unknown, context: z.RefinementCtx) => {
    const texts = textsIn(call);
    const unknown = texts.flatMap(placeholdersIn).filter((name) => !allowed.includes(name));
    const problems = unknown.map(
      (name) => `{{${name}}} has no value here; use ${allowed.join(' or ')}`,
    );
    if (texts.some(hasStrayBraces)) problems.push('has {{ or }} that is no placeholder');
    for (const message of problems) context.addIssue({ code: 'custom', message });
  };

const memberCall = z
  .strictObject({
    method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
    path,
    query,
    /** One element of the JSON array that is the body; without it, the call carries one member. */
    bodyEach: z.json().exactOptional(),
  })
  .superRefine(withPlaceholders(['segment', 'user']))
  .refine(
    ({ path, query, bodyEach }) =>
      bodyEach === undefined || !textsIn({ path, query }).flatMap(placeholdersIn).includes('user'),
    '{{user}} belongs into bodyEach: path and query are the same for all members of a call',
  );

const createCall = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH']),
    path,
    query,
    idempotentBy: z.enum(['title', 'none']),
    segmentAt: pointer,
    /** Where the answer says whether the segment is new. */
    createdAt: pointer.exactOptional(),
    /** Where a refusal stands in words for a person. */
    refusalAt: pointer.exactOptional(),
  })
  .superRefine(withPlaceholders(['title', 'audience.id']));

/** How a segment that is there already is looked up by a key of ours. */
const findCall = z
  .strictObject({
    method: z.enum(['GET', 'POST']),
    path,
    query,
    /** Where the list of candidates stands; without it, the answer is the list, or the one candidate. */
    listAt: pointer.exactOptional(),
    /** The fields by which the candidate is known. */
    where: z.record(z.string(), z.string()).default({}),
    /** From the top of the candidate. */
    segmentAt: pointer,
  })
  .superRefine(withPlaceholders(['title', 'audience.id']));

const description = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'use lower-case letters, digits and dashes'),
    name: z.string(),
    baseUrl: z.string().refine(isBaseUrl, BASE_URL_RULE),
    auth: z.enum(['none', 'basic']),
    timeoutMs: z.int().positive().default(10_000),
    maxMembersPerCall: z.int().positive(),
    maxSegmentsPerCall: z.int().positive().default(1),
    maxBytesPerCall: z.int().positive().exactOptional(),
    maxConcurrentCalls: z.int().positive().default(4),
    maxCallsPerSecond: z.int().positive().exactOptional(),
    oneCallPerSegment: z.boolean().default(false),
    find: findCall.exactOptional(),
    create: createCall,
    add: memberCall,
    remove: memberCall,
  })
  .refine(
    ({ maxMembersPerCall, add, remove }) =>
      maxMembersPerCall === 1 || [add, remove].every((call) => call.bodyEach !== undefined),
    { path: ['maxMembersPerCall'], message: 'must be 1 when add or remove has no bodyEach' },
  )
  .refine(
    ({ maxSegmentsPerCall, oneCallPerSegment, add, remove }) =>
      maxSegmentsPerCall === 1 ||
      (!oneCallPerSegment && [add, remove].every((call) => !namesSegmentOutside(call))),
    {
      path: ['maxSegmentsPerCall'],
      message: 'must be 1 with oneCallPerSegment, or when path or query name {{segment}}',
    },
  );

function namesSegmentOutside({ path, query }: z.infer<typeof memberCall>): boolean {
  return textsIn({ path, query }).flatMap(placeholdersIn).includes('segment');
}

export type PlatformDescription = z.infer<typeof description>;
export type MemberCall = z.infer<typeof memberCall>;
export type FindCall = z.infer<typeof findCall>;

/**
 * Validates a description.
 * @throws ConfigurationError naming the problems by their JSON paths: all of them, but for the rules
 *   over several fields, which are checked once each field is right.
 */
export function parseDescription(value: unknown, source: string): PlatformDescription {
  const result = description.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${source} at ${issue.path.join('.') || 'the top'}: ${issue.message}`,
  );
  throw new ConfigurationError(problems);
}
