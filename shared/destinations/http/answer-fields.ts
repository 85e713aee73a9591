/** Reads what a description says stands where in a third party's answer. */

/** Longest refusal shown to a person. */
const MAX_REFUSAL_LENGTH = 300;
/** Printable, and short enough for every store on the way. */
const SEGMENT_ID = /^\P{C}{1,256}$/u;

/** The value at `pointer` in a JSON text; undefined when it is not there or the text is no JSON. */
export function readPointer(body: string, pointer: readonly string[]): unknown {
  try {
    return valueAt(JSON.parse(body), pointer);
  } catch {
    // Third parties answer HTML and empty bodies too: then nothing stands anywhere in it.
    return undefined;
  }
}

/** The value at `pointer`; undefined when it is not there. */
export function valueAt(value: unknown, pointer: readonly string[]): unknown {
  let at = value;
  for (const key of pointer) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/**
 * A segment's id, written as text or as a number. A number that JSON does not carry exactly is none: it
 * would name another segment.
 */
export function segmentId(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && SEGMENT_ID.test(value) ? value : undefined;
}

/** The segment's id at `pointer` in a JSON text. */
export function readSegment(body: string, pointer: readonly string[]): string | undefined {
  return segmentId(readPointer(body, pointer));
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
