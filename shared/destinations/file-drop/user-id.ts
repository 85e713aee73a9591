import type { Outcome } from '../destination.ts';
import type { FileDropOptions } from './options.ts';

// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Why the files of a format cannot hold a user's id; undefined: they can. */
export function unwritable(user: string, format: FileDropOptions['format']): Outcome | undefined {
  const reason = reasonAgainst(user, format);
  return reason === undefined ? undefined : { status: 'rejected', reason };
}

function reasonAgainst(user: string, format: FileDropOptions['format']): string | undefined {
  if (user === '') return 'its id is empty';
  if (CONTROL.test(user)) return 'its id has a tab, a line break or another control character';
  if (!user.isWellFormed()) return 'its id is no well-formed Unicode';
  if (format === 'moloco-audience-feed' && user.includes(';')) {
    return 'its id has a semicolon, which separates ids in the feed';
  }
  return undefined;
}
