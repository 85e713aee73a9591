import { ConfigurationError } from '../../../errors.ts';
import { issueTexts } from './issues.ts';
import { brokenRules } from './rules.ts';
import { descriptionSchema, type PlatformDescription } from './schema.ts';
import { templateProblems } from './templates.ts';

/**
 * Validates a description.
 * @throws ConfigurationError naming every problem by its JSON path and the rule it breaks.
 */
export function parseDescription(value: unknown, source: string): PlatformDescription {
  const result = descriptionSchema.safeParse(value);
  const problems = [
    ...issueTexts(result.error?.issues ?? []),
    ...templateProblems(value),
    ...brokenRules(validFields(value)),
  ];
  if (result.success && problems.length === 0) return result.data;
  throw new ConfigurationError(problems.map((problem) => `${source} at ${problem}`));
}

/** The fields that are right by themselves, so that rules over several are checked despite others. */
function validFields(value: unknown): Partial<PlatformDescription> {
  const given = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const fields = new Map<string, unknown>(given);
  const valid = Object.entries(descriptionSchema.shape).flatMap(([name, schema]) => {
    const result = schema.safeParse(fields.get(name));
    return result.success ? [[name, result.data] as const] : [];
  });
  return Object.fromEntries(valid);
}
