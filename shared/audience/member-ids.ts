/**
 * The ids of members as one text: `uuid,external,uuid,external…`, where a missing id takes no character.
 * Reading and writing one text costs a quarter of what an object per member does (decision 27).
 *
 * A text that holds `~` has escapes: `~0` is `~`, `~1` is `,` and `~2` is an id that is empty. Intake
 * takes no empty id; a message of version 1 may hold one.
 */
import type { User } from './audience.ts';

/** A user's ids without a property for one that is missing. */
export interface MemberIds {
  readonly uuid?: string;
  readonly externalUserId?: string;
}

const SEPARATOR = ',';
const ESCAPE = '~';
const EMPTY = '~2';
const ESCAPED: Readonly<Record<string, string>> = { [ESCAPE]: '~0', [SEPARATOR]: '~1' };
const UNESCAPED: Readonly<Record<string, string>> = { '~0': ESCAPE, '~1': SEPARATOR, [EMPTY]: '' };

/** The ids of `members`, in their order. The texts of several lists are joined by a comma. */
export function joinIds(members: readonly User[]): string {
  const ids: (string | undefined)[] = [];
  for (const { uuid, externalUserId } of members) ids.push(uuid, externalUserId);
  const joined = ids.join(SEPARATOR);
  const isPlain =
    !joined.includes(ESCAPE) &&
    !ids.includes('') &&
    separatorsIn(joined) === Math.max(0, ids.length - 1);
  return isPlain ? joined : ids.map(escaped).join(SEPARATOR);
}

/** The members in a text of joined ids; undefined when an id has no partner. */
export function splitIds(joined: string): MemberIds[] | undefined {
  if (joined === '') return [];
  const ids = joined.split(SEPARATOR);
  if (ids.length % 2 !== 0) return undefined;
  const hasEscapes = joined.includes(ESCAPE);
  const idAt = (index: number) => idOf(ids[index] ?? '', hasEscapes);
  const members: MemberIds[] = [];
  for (let index = 0; index < ids.length; index += 2) {
    members.push(memberOf(idAt(index), idAt(index + 1)));
  }
  return members;
}

function memberOf(uuid: string | undefined, externalUserId: string | undefined): MemberIds {
  if (uuid === undefined) return externalUserId === undefined ? {} : { externalUserId };
  return externalUserId === undefined ? { uuid } : { uuid, externalUserId };
}

function separatorsIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf(SEPARATOR); at !== -1; at = text.indexOf(SEPARATOR, at + 1)) {
    count += 1;
  }
  return count;
}

function escaped(id: string | undefined): string {
  if (id === '') return EMPTY;
  return id?.replace(/[~,]/g, (character) => ESCAPED[character] ?? character) ?? '';
}

function idOf(text: string, hasEscapes: boolean): string | undefined {
  if (text === '') return undefined;
  if (!hasEscapes) return text;
  return text.replace(/~[012]/g, (escape) => UNESCAPED[escape] ?? escape);
}
