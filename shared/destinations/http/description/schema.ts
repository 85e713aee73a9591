/**
 * A third party described as data: what the JSON files in platforms/ hold, and a user's own. Documented
 * in docs/destinations.md; platform.schema.json is made of it.
 */
import { z } from 'zod';
import { BASE_URL_RULE, isBaseUrl } from '../../../http/base-url.ts';
import { identifierSchema } from '../../identifier.ts';
import { answerRule } from './answers.ts';
import { authSchema } from './auth.ts';
import { createCall, findCall, headers, memberCall, probeCall } from './calls.ts';

const limits = z.strictObject({
  membersPerCall: z.int().positive().describe('Members of one call; 1: one by one.'),
  bytesPerCall: z.int().positive().exactOptional().describe('Bytes of the body of one call.'),
  segmentsPerCall: z.int().positive().default(1).describe('Segments whose members share a call.'),
  concurrentCalls: z.int().positive().default(4).describe('Calls at once, from all instances.'),
  callsPerSecond: z.int().positive().exactOptional().describe('By all instances.'),
  callsPerMinute: z.int().positive().exactOptional().describe('By all instances.'),
  oneCallPerSegment: z.boolean().default(false).describe('One call at a time for a segment.'),
});

const option = z.strictObject({
  text: z.string().describe('What it is, for the person who sets it.'),
  default: z.string().exactOptional(),
});
const optionName = z.string().regex(/^\w{1,40}$/, 'use letters, digits and _');

export const descriptionSchema = z.strictObject({
  $schema: z.string().exactOptional(),
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'use lower-case letters, digits and dashes'),
  name: z.string().min(1).describe('What people call the platform.'),
  source: z
    .string()
    .exactOptional()
    .describe('What it was written from, and whether it was tried.'),
  baseUrl: z.string().refine(isBaseUrl, BASE_URL_RULE),
  auth: authSchema,
  credentials: z
    .array(optionName)
    .min(1)
    .exactOptional()
    .describe('Names of several secrets: DESTINATION_CREDENTIALS is a JSON object of these then.'),
  options: z
    .record(optionName, option)
    .default({})
    .describe(
      'What differs from customer to customer: {{options.name}}, from DESTINATION_OPTIONS.',
    ),
  headers: headers.describe('Of every call.'),
  timeoutMs: z.int().positive().max(120_000).default(10_000),
  limits,
  user: identifierSchema
    .prefault({})
    .describe('How the id of a user is written: what {{user}} stands for.'),
  ttlSeconds: z.int().positive().exactOptional().describe('How long a membership lasts.'),
  answers: z.array(answerRule).default([]).describe('What answers mean, after those of the call.'),
  probe: probeCall.exactOptional(),
  find: findCall.exactOptional(),
  create: createCall,
  add: memberCall,
  remove: z.union([memberCall, z.literal('not-supported')]),
});

export type PlatformDescription = z.infer<typeof descriptionSchema>;
