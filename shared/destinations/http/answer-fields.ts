/** Reads what a description says stands where in a third party's answer. */

/** Longest refusal shown to a person. */
const MAX_REFUSAL_LENGTH = 300;

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

/** A segment's id, written as text or as a number. */
export function readSegment(body: string, pointer: readonly string[]): string | undefined {
  const value = readPointer(body, pointer);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A refusal in the third party's words: one bounded line. */
export function readRefusal(
  body: string,
  pointer: readonly string[] | undefined,
): string | undefined {
  const value = pointer === undefined ? undefined : readPointer(body, pointer);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const line = value.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= MAX_REFUSAL_LENGTH ? line : `${line.slice(0, MAX_REFUSAL_LENGTH)}…`;
}
