/**
 * The third party's side of the DMP's user syncing: the browser arrives with an `out` URL and is
 * sent there with its id in place of the macro. Source: Mapp DMP user syncing (documented).
 */
import { pointsElsewhere } from './user-sync-nested.ts';

const MACROS = /(?:\[|%5B){2}USERID(?:\]|%5D){2}/gi;
const MAX_LENGTH = 2048;
const CONTROL_OR_BACKSLASH = /[\p{Cc}\\]/u;
/** The host as it is written: what a parser would have to normalise first is not taken. */
const PLAIN_HTTPS = /^https:\/\/([a-z\d.-]+)(?::443)?(?=[/?#]|$)/i;

/** Mapp's own: where a browser may be sent by default. */
export const MAPP_SYNC_HOSTS: ReadonlySet<string> = new Set(['go.flx1.com']);

/** A sync URL, taken apart. */
export interface SyncQuery {
  readonly out: string | undefined;
  /** What stands beside `out`: before it, and behind it too where it is encoded. */
  readonly parameters: URLSearchParams;
}

/**
 * Takes a sync URL apart. The DMP's template does not encode `out`, so it runs to the end of the
 * query string; the encoded form is read too, and ends where it ends.
 * @param requestUrl path and query as the browser sent them
 */
export function readSyncQuery(requestUrl: string): SyncQuery {
  const query = /\?(.*)$/s.exec(requestUrl)?.[1] ?? '';
  const found = /^(.*?)(?:^|&)out=(.*)$/s.exec(query);
  if (found === null) return { out: undefined, parameters: new URLSearchParams(query) };
  const [, before = '', raw = ''] = found;
  if (/^[a-z][\w+.-]*:\/\//i.test(raw)) {
    return { out: raw, parameters: new URLSearchParams(before) };
  }
  const [encoded = '', ...behind] = raw.split('&');
  const parameters = new URLSearchParams([before, ...behind].join('&'));
  return { out: percentDecoded(encoded), parameters };
}

/** The `out` parameter of a sync URL. */
export function readOut(requestUrl: string): string | undefined {
  return readSyncQuery(requestUrl).out;
}

/**
 * `out` as a URL when a browser may be sent there, else undefined: https, an allowed host on the
 * default port, no credentials, no control characters, no URL inside of it, bounded length.
 */
export function trustedOut(out: string, allowedHosts: ReadonlySet<string>): URL | undefined {
  if (out.length > MAX_LENGTH || CONTROL_OR_BACKSLASH.test(out)) return undefined;
  const host = PLAIN_HTTPS.exec(out)?.[1]?.toLowerCase();
  if (host === undefined || !allowedHosts.has(host) || !URL.canParse(out)) return undefined;
  const url = new URL(out);
  // What a browser makes of it must be what was read here.
  const agrees = url.origin === `https://${host}` && url.username === '' && url.password === '';
  return agrees && !pointsElsewhere(url) ? url : undefined;
}

/** The URL with an id in place of each macro, in whatever follows its host. */
export function withUserId(url: URL, userId: string): string {
  const rest = url.href.slice(url.origin.length);
  return url.origin + rest.replace(MACROS, () => encodeURIComponent(userId));
}

/** The URL a browser is redirected to, or undefined when `out` is not one it may be sent to. */
export function syncRedirect(
  out: string,
  userId: string,
  allowedHosts: ReadonlySet<string>,
): string | undefined {
  const url = trustedOut(out, allowedHosts);
  return url && withUserId(url, userId);
}

function percentDecoded(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // Not percent-encoding: the caller refuses it like any other wrong URL.
    return undefined;
  }
}
