/** The parts of a description that say what is sent. Their texts are templates; see template.ts. */
import { z } from 'zod';
import { answerRule, memberResults } from './answers.ts';
import { headerName } from './auth.ts';
import { pointer } from '../pointer.ts';

const texts = z.record(z.string(), z.string()).default({});
export const headers = z.record(headerName, z.string()).default({});
const json = z.json();

const body = z
  .union([
    z.strictObject({ json }),
    z.strictObject({ form: z.record(z.string(), z.string()) }),
    z.strictObject({ text: z.string(), type: z.string().default('text/plain; charset=utf-8') }),
  ])
  .describe('What is sent: JSON, the fields of a form, or a text.');

const anyCall = {
  path: z.string().startsWith('/', 'must begin with /'),
  query: texts,
  headers,
  body: body.exactOptional(),
  answers: z.array(answerRule).default([]).describe('What answers to this call mean.'),
};

export const memberCall = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  ...anyCall,
  member: json
    .exactOptional()
    .describe(
      'How one member is written where {{members}} stands, or, without a body, in the JSON array that is sent. Without it, a call carries one member.',
    ),
  separator: z
    .string()
    .min(1)
    .exactOptional()
    .describe('What stands between members in a text. Without it, {{members}} is a JSON array.'),
  results: memberResults.exactOptional(),
});

/** Where the id of a segment comes from. */
const segmentSource = z.union([
  z.strictObject({ at: pointer }),
  z.strictObject({ header: z.string() }),
  z.strictObject({ value: z.string() }),
]);

const creation = {
  segment: segmentSource.describe('Where the id of the segment stands, or what it is.'),
  readyAfterSeconds: z
    .number()
    .positive()
    .exactOptional()
    .describe('How long a new segment takes no members yet.'),
};

export const createCall = z.union([
  z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH']),
    ...anyCall,
    ...creation,
    idempotentBy: z
      .enum(['title', 'audience', 'none'])
      .describe('By what a repeated creation gets the segment that is there already.'),
    created: z
      .strictObject({ at: pointer })
      .exactOptional()
      .describe('Where the answer says false when the segment was there already.'),
    refusal: z
      .strictObject({ at: pointer })
      .exactOptional()
      .describe('Where a refusal stands in words for a person.'),
  }),
  z
    .strictObject({ segment: z.strictObject({ value: z.string() }) })
    .describe('Segments come to be with their first member: nothing is called.'),
]);

export const findCall = z
  .strictObject({
    method: z.enum(['GET', 'POST']),
    ...anyCall,
    listAt: pointer.default('').describe('Where the candidates stand: a list, or the only one.'),
    where: z
      .record(pointer, z.string())
      .default({})
      .describe('JSON Pointers into a candidate, and what must stand there.'),
    segment: z.strictObject({ at: pointer }).describe('From the top of the candidate.'),
  })
  .describe('How a segment that is there already is looked up by a key of ours.');

export const probeCall = z
  .strictObject({ method: z.enum(['GET', 'POST']), ...anyCall })
  .describe(
    'A call that changes nothing: `audience-relay doctor` asks it whether credentials work.',
  );

export type AnyCall = Pick<
  z.infer<typeof memberCall>,
  'method' | 'path' | 'query' | 'headers' | 'body' | 'answers'
>;
export type MemberCall = z.infer<typeof memberCall>;
export type CreateCall = z.infer<typeof createCall>;
export type CallToCreate = Extract<CreateCall, { method: string }>;
export type FindCall = z.infer<typeof findCall>;
export type ProbeCall = z.infer<typeof probeCall>;
export type BodyDescription = z.infer<typeof body>;
