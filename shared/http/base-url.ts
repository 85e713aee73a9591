const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export const BASE_URL_RULE =
  'must be an https URL (http on loopback only) without credentials, query or fragment';

/**
 * Whether paths may be put behind a URL, and credentials and user ids sent there: https, or http that
 * never leaves the machine.
 */
export function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#\s\\]/.test(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
