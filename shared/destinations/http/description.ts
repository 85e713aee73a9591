/**
 * A third party described as data: what the JSON files in platforms/ hold. Its texts are templates
 * with placeholders such as `{{segment}}`; see template.ts.
 */
import { z } from 'zod';
import { ConfigurationError } from '../../errors.ts';
import { isSecureUrl } from '../../http/secure-url.ts';
import { placeholdersIn } from './template.ts';

/** What a placeholder may name in the templates of `create`, and in those of `add` and `remove`. */
const SEGMENT_VALUES = ['title', 'audience.id'];
const MEMBER_VALUES = ['segment', 'user'];

const method = z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const query = z.record(z.string(), z.string()).default({});
const path = z.string().startsWith('/');
/** Keys from the top of a JSON answer to a value. */
const pointer = z.array(z.string()).min(1);

const memberCall = z.strictObject({
  method,
  path,
  query,
  /** One element of the JSON array that is the body; without it, the call carries one member. */
  bodyEach: z.json().exactOptional(),
});

const description = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'use lower-case letters, digits and dashes'),
  name: z.string(),
  baseUrl: z.url().refine(isSecureUrl, 'must be https (http is allowed on loopback only)'),
  auth: z.enum(['none', 'basic']),
  timeoutMs: z.int().positive().default(10_000),
  maxMembersPerCall: z.int().positive(),
  maxConcurrentCalls: z.int().positive().default(4),
  create: z.strictObject({
    method,
    path,
    query,
    idempotentBy: z.enum(['title', 'none']),
    segmentAt: pointer,
    /** Where the answer says whether the segment is new. */
    createdAt: pointer.exactOptional(),
    /** Where a refusal stands in words for a person. */
    refusalAt: pointer.exactOptional(),
  }),
  add: memberCall,
  remove: memberCall,
});

export type PlatformDescription = z.infer<typeof description>;
export type MemberCall = z.infer<typeof memberCall>;

const checked = description.superRefine((platform, context) => {
  const problem = (path: string, message: string) => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  const memberCalls = [platform.add, platform.remove];
  if (platform.maxMembersPerCall > 1 && memberCalls.some((call) => call.bodyEach === undefined)) {
    problem('maxMembersPerCall', 'must be 1 when add or remove has no bodyEach');
  }
  const placeholders = { create: SEGMENT_VALUES, add: MEMBER_VALUES, remove: MEMBER_VALUES };
  for (const [call, allowed] of Object.entries(placeholders)) {
    const used = placeholdersIn(JSON.stringify(platform[call as keyof typeof placeholders]));
    for (const name of used.filter((used) => !allowed.includes(used))) {
      problem(call, `{{${name}}} has no value here; use ${allowed.join(' or ')}`);
    }
  }
});

/**
 * Validates a description.
 * @throws ConfigurationError naming every problem by its JSON path.
 */
export function parseDescription(value: unknown, source: string): PlatformDescription {
  const result = checked.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${source} at ${issue.path.join('.') || 'the top'}: ${issue.message}`,
  );
  throw new ConfigurationError(problems);
}
