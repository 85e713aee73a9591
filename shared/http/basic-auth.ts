import { createHash, timingSafeEqual } from 'node:crypto';

/** The value of an `Authorization` header for `user:password` (RFC 7617, UTF-8). */
export function basicAuthHeader(credentials: string): string {
  return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
}

/**
 * Whether an `Authorization` header carries one of the accepted `user:password` credentials.
 * Compares digests, so that the time taken tells nothing about where they differ.
 */
export function basicAuthMatches(header: string | undefined, accepted: readonly string[]): boolean {
  const [scheme, encoded] = header?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return false;
  const given = digest(Buffer.from(encoded, 'base64'));
  return accepted.some((credentials) => timingSafeEqual(given, digest(Buffer.from(credentials))));
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
