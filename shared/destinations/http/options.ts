import { z } from 'zod';
import { ConfigurationError } from '../../errors.ts';
import type { PlatformDescription } from './description/schema.ts';

/**
 * The values of a description's options, as `options.name`.
 * @throws ConfigurationError naming every option that is missing, unknown or no text.
 */
export function readOptions(
  { id, options }: PlatformDescription,
  given: unknown = {},
): Readonly<Record<string, string>> {
  const parsed = z.record(z.string(), z.unknown()).safeParse(given);
  if (!parsed.success) throw new ConfigurationError(['DESTINATION_OPTIONS: must be a JSON object']);
  const known = Object.entries(options).map(([name, option]) => {
    const value = parsed.data[name] ?? option.default;
    return { name, value, text: option.text };
  });
  const wrong = known.filter(({ value }) => !isValue(value));
  const unknown = Object.keys(parsed.data).filter((name) => !Object.hasOwn(options, name));
  const problems = [
    ...wrong.map(({ name, value, text }) =>
      value === undefined
        ? `DESTINATION_OPTIONS.${name}: ${id} needs it: ${text}`
        : `DESTINATION_OPTIONS.${name}: must be a text or a number`,
    ),
    ...unknown.map((name) => `DESTINATION_OPTIONS.${name}: is unknown to ${id}`),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.fromEntries(
    known.flatMap(({ name, value }) =>
      isValue(value) ? [[`options.${name}`, String(value)] as const] : [],
    ),
  );
}

function isValue(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}
