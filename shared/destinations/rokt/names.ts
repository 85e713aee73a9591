import { MAX_SEGMENT_LENGTH, nameProblem } from '../segment-name.ts';

/** What emails of members go to that name no list. */
const ROKTS_OWN_LIST = 'advertiserdatabase';
/** What Rokt reads of a user; a flag of that name would take the place of what is known. */
const ROKTS_OWN_ATTRIBUTES = new Set(['firstname', 'lastname', 'mobile', 'ipaddress']);

/** Why an audience of this title cannot be a list of the audience import. */
export function listProblem(title: string): string | undefined {
  const isOwn = title.trim().toLowerCase() === ROKTS_OWN_LIST;
  return isOwn ? 'is that of a list that Rokt has already' : nameProblem(title);
}

/**
 * Why an audience of this title cannot be a user attribute, whose name begins with `prefix`. Rokt takes
 * names of 256 characters, which happens to be what a segment may have.
 */
export function attributeProblem(title: string, prefix: string): string | undefined {
  const name = (prefix + title).trim().toLowerCase();
  if (name.startsWith('$') || ROKTS_OWN_ATTRIBUTES.has(name)) {
    return 'is that of something Rokt knows of its users already';
  }
  return nameProblem(title, MAX_SEGMENT_LENGTH - prefix.length);
}
