import { z } from 'zod';

const CONTROL_CHARACTER = /\p{Cc}/u;

/** Text that survives every store on the way: well-formed, bounded, without control characters. */
const text = (maxLength: number) =>
  z
    .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be text') })
    .max(maxLength, `is longer than ${maxLength} characters`)
    .refine((value) => value.isWellFormed(), 'is not well-formed Unicode')
    .refine((value) => !CONTROL_CHARACTER.test(value), 'contains control characters');

/** An id written as text, or as a number that JSON carries exactly. */
const id = (maxLength: number) =>
  z
    .union([text(maxLength), z.int().nonnegative().transform(String)], {
      error: ({ input }) => (input === undefined ? 'is missing' : 'must be text'),
    })
    .pipe(text(maxLength));

/** Audience ids are short (documented sample: 33 characters); the bound keeps ordering keys legal. */
export const MAX_AUDIENCE_ID_LENGTH = 256;
export const MAX_USER_ID_LENGTH = 512;

export const audienceId = id(MAX_AUDIENCE_ID_LENGTH).refine((value) => value !== '', 'is empty');
export const audienceName = text(1024).refine((value) => value.trim() !== '', 'is empty');
/** Missing, null and empty mean the same: the user has no such id. */
export const userId = id(MAX_USER_ID_LENGTH)
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value));
/** The DMP's customer number; some senders write numbers as text. */
export const customerNumber = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
    ],
    { error: 'must be a number' },
  )
  .nullish();
