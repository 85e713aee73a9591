/** Leaves room for the rest of a file's name within the 255 bytes of file systems. */
const MAX_LENGTH = 200;

/**
 * The segment of an audience: its id, written so that it can stand in a file's name and that no two
 * audiences share one. Letters, digits and hyphens stay; every other byte becomes `~` and two
 * hexadecimal digits. Undefined: there is no id, or it is too long for a file's name.
 */
export function segmentOfAudience(audienceId: string): string | undefined {
  const segment = [...Buffer.from(audienceId, 'utf8')].map(writeByte).join('');
  return audienceId.isWellFormed() && isSegment(segment) ? segment : undefined;
}

/** Whether a text is a segment as {@link segmentOfAudience} writes it: it can lead to no other folder. */
export function isSegment(text: string): boolean {
  return text.length <= MAX_LENGTH && /^(?:[A-Za-z0-9-]|~[0-9A-F]{2})+$/.test(text);
}

/** The id of the audience whose segment it is. */
export function audienceOfSegment(segment: string): string {
  const bytes = segment.match(/~..|[^~]/g) ?? [];
  return Buffer.from(
    bytes.map((text) => (text.length === 3 ? parseInt(text.slice(1), 16) : text.charCodeAt(0))),
  ).toString('utf8');
}

function writeByte(byte: number): string {
  const text = String.fromCharCode(byte);
  return /[A-Za-z0-9-]/.test(text) ? text : `~${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
