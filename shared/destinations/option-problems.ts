import type { z } from 'zod';

/** Where a destination's options come from. */
export const OPTIONS_VARIABLE = 'DESTINATION_OPTIONS';

/** What is wrong with options, each by its place. @param owner whose options they are */
export function optionProblems(issues: readonly z.core.$ZodIssue[], owner: string): string[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${OPTIONS_VARIABLE}.${key}: is no option of ${owner}`)
      : [`${[OPTIONS_VARIABLE, ...issue.path].join('.')}: ${issue.message}`],
  );
}
