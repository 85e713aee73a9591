import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from '../../errors.ts';
import { OPTIONS_VARIABLE, optionProblems } from '../option-problems.ts';

const optionsSchema = z.strictObject({
  directory: z.string().refine(isAbsolute, 'must be an absolute path').exactOptional(),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, 'must be the name of a bucket, without gs://')
    .exactOptional(),
  prefix: z
    .string()
    .regex(
      /^(?:(?!\.{1,2}\/)[\w.=-]+\/)+$/,
      'must be folders ending with a slash, as in "mapp/drops/"',
    )
    .exactOptional(),
  format: z.enum(['tsv', 'moloco-audience-feed']).default('tsv'),
  operations: z.enum(['column', 'additions-only']).default('column'),
  rollSeconds: z.int().min(10).max(300).default(120),
  rollBytes: z.int().positive().default(100_000_000),
  rollMembers: z.int().positive().default(1_000_000),
});

/** When the window of an audience ends. */
export interface RollLimits {
  readonly rollMs: number;
  /** Compressed. */
  readonly rollBytes: number;
  readonly rollMembers: number;
}

/** Where complete files go. */
export type DropPlace =
  { readonly directory: string } | { readonly bucket: string; readonly prefix: string };

export interface FileDropOptions extends RollLimits {
  readonly place: DropPlace;
  readonly format: 'tsv' | 'moloco-audience-feed';
  readonly operations: 'column' | 'additions-only';
}

/**
 * What DESTINATION_OPTIONS says of the file drop.
 * @throws ConfigurationError naming every problem.
 */
export function parseFileDropOptions(value: unknown): FileDropOptions {
  const parsed = optionsSchema.safeParse(value ?? {});
  const problems = [
    ...(parsed.success ? [] : optionProblems(parsed.error.issues, 'the file drop')),
    ...problemsTogether(value),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);
  const { directory, bucket = '', prefix = '', rollSeconds, ...options } = parsed.data;
  const place = directory === undefined ? { bucket, prefix } : { directory };
  return { ...options, place, rollMs: rollSeconds * 1_000 };
}

/** What no option shows alone. zod would look at it only once all else is right. */
function problemsTogether(value: unknown): string[] {
  const options = Object.fromEntries(Object.entries(value ?? {})) as Record<string, unknown>;
  const { directory, bucket, prefix, format, operations } = options;
  const problems: string[] = [];
  if ((directory === undefined) === (bucket === undefined)) {
    problems.push(`${OPTIONS_VARIABLE}: needs either directory or bucket`);
  }
  if (prefix !== undefined && bucket === undefined) {
    problems.push(`${OPTIONS_VARIABLE}.prefix: goes with bucket only`);
  }
  if (format === 'moloco-audience-feed' && operations !== undefined) {
    problems.push(
      `${OPTIONS_VARIABLE}.operations: goes with format tsv only; a feed is the whole audience`,
    );
  }
  return problems;
}
