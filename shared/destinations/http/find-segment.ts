import { segmentId } from './answer-fields.ts';
import type { FindCall } from './description/calls.ts';
import { readPointer, valueAt } from './pointer.ts';
import { fillText, type TemplateValues } from './template.ts';

/**
 * The segment in the answer of a platform that was asked for it: that of the candidate whose fields
 * are as described. Undefined when there is none; `unreadable` when nothing stands where candidates should,
 * lest a wrong description makes a segment each time.
 */
export function segmentInAnswer(
  body: string,
  { listAt, where, segment }: FindCall,
  values: TemplateValues,
): string | undefined | typeof UNREADABLE {
  const found = readPointer(body, listAt);
  if (found === undefined) return UNREADABLE;
  const candidates: readonly unknown[] = Array.isArray(found) ? found : [found];
  const wanted = Object.entries(where).map(([key, text]) => [key, fillText(text, values)] as const);
  // Nothing tells which of them is meant.
  if (wanted.length === 0 && candidates.length > 1) return UNREADABLE;
  const match = candidates.find((candidate) =>
    wanted.every(([key, text]) => isText(valueAt(candidate, key), text)),
  );
  return segmentId(valueAt(match, segment.at));
}

export const UNREADABLE = Symbol('unreadable');

/** Platforms write ids as text or as numbers. */
function isText(value: unknown, text: string): boolean {
  return (typeof value === 'string' || typeof value === 'number') && String(value) === text;
}
