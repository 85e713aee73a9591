import type { IncomingHttpHeaders } from 'node:http';
import { consentsToStorage } from './tc-string.ts';

export interface ConsentRule {
  /** This platform's id in the Global Vendor List, which must be consented to as well. */
  readonly tcfVendorId: number | undefined;
}

/**
 * Whether the browser may be given an id and its id be sent on. Global Privacy Control forbids it;
 * `gdpr=0` says that no consent is needed; anything else needs a consent string that gives it. What
 * is said twice, beside `out` and inside of it, must be a yes in both places.
 */
export function hasConsent(
  headers: IncomingHttpHeaders,
  queries: readonly URLSearchParams[],
  { tcfVendorId }: ConsentRule,
): boolean {
  if (/\b1\b/.test(String(headers['sec-gpc'] ?? ''))) return false;
  const all = (name: string) => queries.flatMap((query) => query.getAll(name));
  const gdpr = all('gdpr');
  if (gdpr.length > 0 && gdpr.every((applies) => applies === '0')) return true;
  const tcStrings = all('gdpr_consent');
  return (
    tcStrings.length > 0 && tcStrings.every((tcString) => consentsToStorage(tcString, tcfVendorId))
  );
}
