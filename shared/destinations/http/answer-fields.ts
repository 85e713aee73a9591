import { readPointer } from './pointer.ts';

/** Reads what a description says stands where in a third party's answer. */

/** Longest refusal shown to a person. */
const MAX_REFUSAL_LENGTH = 300;
/** Printable, and short enough for every store on the way. */
const SEGMENT_ID = /^\P{C}{1,256}$/u;

/**
 * A segment's id, written as text or as a number. A number that JSON does not carry exactly is none: it
 * would name another segment.
 */
export function segmentId(value: unknown): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && SEGMENT_ID.test(value) ? value : undefined;
}

/** The segment's id at `at` in a JSON text. */
export function readSegment(body: string, at: string): string | undefined {
  return segmentId(readPointer(body, at));
}

/** A refusal in the third party's words: one bounded line. */
export function readRefusal(body: string, at: string | undefined): string | undefined {
  const value = at === undefined ? undefined : readPointer(body, at);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  // \p{C} includes the characters that would reorder what a person reads.
  const characters = Array.from(value.replace(/[\p{C}\s]+/gu, ' ').trim());
  const line = characters.slice(0, MAX_REFUSAL_LENGTH).join('');
  return characters.length <= MAX_REFUSAL_LENGTH ? line : `${line}…`;
}
