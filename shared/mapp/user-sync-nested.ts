import { unescape } from 'node:querystring';

/** Beyond it, encoding something again and again has no purpose but to hide it. */
const MAX_ENCODINGS = 4;
const CONTROL_OR_BACKSLASH = /[\p{Cc}\\]/u;
const URL_LIKE = [
  /:\/\//,
  // Relative to the protocol; of a path, what browsers and servers read as a host.
  /^\s*\/\//,
  // Parsers take these for https://host too, and these for a script.
  /^\s*[a-z][a-z\d+.-]*:\//i,
  /^\s*(?:javascript|data|vbscript):/i,
];

/**
 * Whether anything behind the host holds another URL, a control character or a backslash, however
 * often it is encoded: the allowed host might send the browser on, or break a header in two.
 */
export function pointsElsewhere({ pathname, search, hash }: URL): boolean {
  const parts = [pathname, ...search.slice(1).split(/[&=]/), hash.slice(1)];
  return parts.some(hidesSomething);
}

function hidesSomething(part: string): boolean {
  let text = part;
  for (let decodings = 0; decodings <= MAX_ENCODINGS; decodings += 1) {
    if (CONTROL_OR_BACKSLASH.test(text) || URL_LIKE.some((form) => form.test(text))) return true;
    const decoded = unescape(text);
    if (decoded === text) return false;
    text = decoded;
  }
  return true;
}
