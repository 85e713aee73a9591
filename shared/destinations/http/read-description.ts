import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../../errors.ts';

/** A description as it was written, not validated yet, and where it comes from. */
export interface WrittenDescription {
  readonly value: unknown;
  readonly source: string;
}

/**
 * Reads what DESTINATION_DESCRIPTION holds: a JSON text, or the path of a file with one.
 * @throws ConfigurationError when there is no such file, or no JSON in it.
 */
export function readDescription(text: string): WrittenDescription {
  const isInline = text.trimStart().startsWith('{');
  const source = isInline ? 'DESTINATION_DESCRIPTION' : text;
  try {
    return { value: JSON.parse(isInline ? text : readFileSync(text, 'utf8')), source };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error;
    // The parser's own words quote what it read, which may be a secret in the wrong place.
    const where = /line \d+ column \d+/.exec(String(error))?.[0] ?? 'somewhere';
    const what = isMissing ? 'cannot be read' : `is no JSON (${where})`;
    throw new ConfigurationError([`${source}: ${what}`]);
  }
}
