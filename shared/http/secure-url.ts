const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a URL may carry credentials and user ids: https, or http that never leaves the machine. */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}
