/** Reads what a description says stands where in a third party's answer. */

/** Longest refusal shown to a person. */
const MAX_REFUSAL_LENGTH = 300;
/** Printable, and short enough for every store on the way. */
const SEGMENT_ID = /^\P{C}{1,256}$/u;

/** The value at `pointer` in a JSON text; undefined when it is not there or the text is no JSON. */
export function readPointer(body: string, pointer: readonly string[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Third parties answer HTML and empty bodies too: then nothing stands anywhere in it.
    return undefined;
  }
  for (const key of pointer) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/**
 * A segment's id, written as text or as a number. A number that JSON does not carry exactly is none: it
 * would name another segment.
 */
export function readSegment(body: string, pointer: readonly string[]): string | undefined {
  const value = readPointer(body, pointer);
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && SEGMENT_ID.test(value) ? value : undefined;
}

/** A refusal in the third party's words: one bounded line. */
export function readRefusal(
  body: string,
  pointer: readonly string[] | undefined,
): string | undefined {
  const value = pointer === undefined ? undefined : readPointer(body, pointer);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  // \p{C} includes the characters that would reorder what a person reads.
  const characters = Array.from(value.replace(/[\p{C}\s]+/gu, ' ').trim());
  const line = characters.slice(0, MAX_REFUSAL_LENGTH).join('');
  return characters.length <= MAX_REFUSAL_LENGTH ? line : `${line}…`;
}
