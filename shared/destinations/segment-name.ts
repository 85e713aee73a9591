/** What every store on the way takes for the id of a segment. */
export const MAX_SEGMENT_LENGTH = 256;

/** Why a text cannot be the name of a segment, in words that follow "its name". Undefined: it can. */
export function nameProblem(name: string, maxLength = MAX_SEGMENT_LENGTH): string | undefined {
  if (name.trim() === '') return 'is empty';
  if (name.length > maxLength) return `is longer than ${maxLength} characters`;
  return /\p{C}/u.test(name) ? 'has characters that cannot be printed' : undefined;
}
