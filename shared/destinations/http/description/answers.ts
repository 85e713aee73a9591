/** The parts of a description that say how an answer is to be read. */
import { z } from 'zod';
import { pointer } from '../pointer.ts';

const scalars = z.array(z.union([z.string(), z.number(), z.boolean()])).min(1);

/** Whether the value at a place is one of some. */
const condition = z.strictObject({ at: pointer, in: scalars });

const ALL_MEANINGS = ['ok', 'retry', 'too-fast', 'refused', 'rejected', 'fault'] as const;

/** What an answer means; the first rule that fits counts, else its HTTP status by the usual reading. */
export const answerRule = z
  .strictObject({
    status: z.array(z.int().min(200).max(599)).min(1).exactOptional(),
    at: pointer.exactOptional(),
    in: scalars.exactOptional(),
    means: z
      .enum(ALL_MEANINGS)
      .describe(
        'ok: done. retry: try again later. too-fast: the same, and calls become fewer. refused: something in the call is at fault, halving it may save the rest. rejected: refused for good, whatever is in it. fault: an operator must act; nothing is lost meanwhile.',
      ),
  })
  .describe(
    'An answer with one of these statuses, or with one of these values at a place, or both.',
  );

const problem = {
  retry: condition.exactOptional().describe('Which of the members may be tried again.'),
  code: pointer.exactOptional().describe("Where the third party's code of the problem stands."),
};

/** What an answer says of each member. */
export const memberResults = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('none').describe('Nothing: an answer says only that they came.'),
  }),
  z.strictObject({
    by: z.literal('position').describe('A list with one element per member, in their order.'),
    at: pointer,
    taken: condition,
    ...problem,
  }),
  z.strictObject({
    by: z.literal('index').describe('A list of those not taken, each with its index in the call.'),
    at: pointer,
    indexAt: pointer,
    ...problem,
  }),
  z.strictObject({
    by: z.literal('id').describe('A list of those not taken, each with its id.'),
    at: pointer,
    idAt: pointer.default(''),
    ...problem,
  }),
  z.strictObject({
    by: z.literal('count').describe('How many were taken, or were not.'),
    at: pointer,
    counts: z.enum(['taken', 'refused']),
    then: z
      .enum(['log', 'search'])
      .default('log')
      .describe('Whether those not taken are only counted, or looked for by halving the call.'),
  }),
]);

export type Condition = z.infer<typeof condition>;
export type AnswerRule = z.infer<typeof answerRule>;
export type MemberResults = z.infer<typeof memberResults>;
