/** What the operations on dead letters tell an operator: counts, never a user's id, except in `show`. */
import { z } from 'zod';
import { deadLetter, DEAD_LETTER_REASONS } from './dead-letter.ts';
import { KEPT_REASONS } from './replay-plan.ts';

const session = {
  /** False: there are more dead letters than one session takes; the same command goes on with them. */
  complete: z.boolean(),
  /** Messages on the dead-letter topic that are no dead letters. */
  unreadable: z.number(),
};

/** A dead letter without the message in it. */
const letterSummary = deadLetter
  .omit({ version: true, original: true, truncated: true })
  .extend({ id: z.string() });

export const listReport = z.object({ letters: z.array(letterSummary), ...session });

export const shownDeadLetter = letterSummary.extend({
  /** The message that was given up on, decoded; as text where it is none of ours. */
  original: z.unknown(),
});

const row = {
  /** Undefined of letters that name none. */
  audience: z.string().optional(),
  reason: z.enum(DEAD_LETTER_REASONS),
};

/** Letters and members of one audience and reason. Letters that stay are in `kept`. */
const replayRow = z.object({
  ...row,
  letters: z.number(),
  /** Members whose operations were published again. */
  replayed: z.number(),
  /** Members of which a newer operation was delivered since: not published, gone with the letter. */
  overtaken: z.number(),
  /** Members of which a newer operation is a dead letter as well: the same. */
  overtakenByLaterLetter: z.number(),
});

const keptRow = z.object({
  ...row,
  because: z.enum(KEPT_REASONS),
  letters: z.number(),
  members: z.number(),
});

export const failure = z.object({ code: z.string(), message: z.string() });

export const replayReport = z.object({
  dryRun: z.boolean(),
  replayed: z.array(replayRow),
  kept: z.array(keptRow),
  /** Why it ended before the last letter; what is counted was done all the same. */
  failure: failure.optional(),
  ...session,
});

const purgeRow = z.object({ ...row, letters: z.number(), members: z.number() });

export const purgeReport = z.object({
  dryRun: z.boolean(),
  purged: z.array(purgeRow),
  failure: failure.optional(),
  ...session,
});

export type Failure = Readonly<z.infer<typeof failure>>;
export type LetterSummary = Readonly<z.infer<typeof letterSummary>>;
export type ListReport = Readonly<z.infer<typeof listReport>>;
export type ShownDeadLetter = Readonly<z.infer<typeof shownDeadLetter>>;
export type ReplayRow = z.infer<typeof replayRow>;
export type ReplayReport = Readonly<z.infer<typeof replayReport>>;
export type PurgeReport = Readonly<z.infer<typeof purgeReport>>;
export type KeptRow = z.infer<typeof keptRow>;
export type PurgeRow = z.infer<typeof purgeRow>;
