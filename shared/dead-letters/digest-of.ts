import { createHash } from 'node:crypto';

const DIGEST_BYTES = 16;

/**
 * What the record of dead members keeps instead of a user's id: 22 characters of base64url, other ones
 * for the same user in another audience.
 */
export function digestOf(audience: string, user: string): string {
  const hash = createHash('sha256').update(`${audience}\0${user}`).digest();
  return hash.subarray(0, DIGEST_BYTES).toString('base64url');
}
