/**
 * A short way for what nearly all entries are: texts that their schema would take as they are. The
 * rules stand in fields.ts; this only knows when they cannot find anything. Why there is a second way at
 * all, and what it saves: docs/decisions/0023.
 */
import { isAscii } from 'node:buffer';
import { MAX_AUDIENCE_ID_LENGTH, MAX_USER_ID_LENGTH } from './fields.ts';

const BACKSLASH = 0x5c;
const DELETE = 0x7f;

/**
 * Whether no text in a JSON body can hold a control character or a lone surrogate: it is ASCII without
 * DEL and without escapes, and JSON itself allows no other control character in a text.
 */
export function isPlain(body: Buffer): boolean {
  return isAscii(body) && !body.includes(BACKSLASH) && !body.includes(DELETE);
}

/** An entry of a plain body whose ids are texts. */
export interface PlainEntry {
  readonly Audience: string;
  readonly Uuid?: string;
  readonly External_user_id?: string;
}

/** Whether an entry of a plain body is valid as it is. Of any other, the schema has to tell. */
export function isPlainEntry(entry: unknown): entry is PlainEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { Audience, Uuid, External_user_id } = entry as Partial<Record<keyof PlainEntry, unknown>>;
  return (
    isBounded(Audience, MAX_AUDIENCE_ID_LENGTH) &&
    (Uuid === undefined || isBounded(Uuid, MAX_USER_ID_LENGTH)) &&
    (External_user_id === undefined || isBounded(External_user_id, MAX_USER_ID_LENGTH)) &&
    (Uuid ?? External_user_id) !== undefined
  );
}

function isBounded(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxLength;
}
