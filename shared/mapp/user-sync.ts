/**
 * The third party's side of the DMP's user syncing: the browser arrives with an `out` URL and is
 * sent there with its id in place of the macro. Source: Mapp DMP user syncing (documented).
 */
const MACROS = /\[\[USERID\]\]|%5B%5BUSERID%5D%5D/gi;
const MAX_LENGTH = 2048;
const CONTROL_OR_BACKSLASH = /[\p{Cc}\\]/u;

/** Hosts a browser may be sent to. */
export const MAPP_SYNC_HOSTS: ReadonlySet<string> = new Set(['go.flx1.com']);

/**
 * The `out` parameter of a sync URL. The DMP's template does not encode it, so `out` runs to the
 * end of the query string; the encoded form is read too.
 * @param requestUrl path and query as the browser sent them
 */
export function readOut(requestUrl: string): string | undefined {
  const raw = /[?&]out=(.*)$/s.exec(requestUrl)?.[1];
  if (raw === undefined || /^[a-z][\w+.-]*:\/\//i.test(raw)) return raw;
  try {
    return decodeURIComponent(raw.split('&', 1)[0] ?? '');
  } catch {
    // Not percent-encoding: the caller refuses it like any other wrong URL.
    return undefined;
  }
}

/**
 * The URL the browser is redirected to, or undefined when `out` is not one it may be sent to: https,
 * an allowed host on the default port, no credentials, no control characters, bounded length.
 */
export function syncRedirect(
  out: string,
  userId: string,
  allowedHosts: ReadonlySet<string>,
): string | undefined {
  if (out.length > MAX_LENGTH || CONTROL_OR_BACKSLASH.test(out)) return undefined;
  const filled = out.replace(MACROS, () => encodeURIComponent(userId));
  if (!filled.startsWith('https://') || !URL.canParse(filled)) return undefined;
  const url = new URL(filled);
  const plain = url.username === '' && url.password === '' && url.port === '';
  return plain && allowedHosts.has(url.hostname) ? url.href : undefined;
}
