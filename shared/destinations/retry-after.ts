/** Longer waits are capped: a third party's clock or mistake must not stop us for a day. */
const LONGEST_MS = 60 * 60 * 1000;

/**
 * The milliseconds a `Retry-After` header asks for: seconds, or a date (RFC 9110). Undefined when there
 * is none that can be read; a date that has passed asks for none.
 */
export function parseRetryAfter(
  header: string | null,
  now: number = Date.now(),
): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), LONGEST_MS);
}
