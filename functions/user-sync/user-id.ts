import { randomBytes } from 'node:crypto';

const OWN_COOKIE = 'audience_relay_id';
/** Another name, or an id of all sites would be copied to each and link them for good. */
const OWN_COOKIE_OF_SITE = 'audience_relay_site_id';
const MAX_ID_LENGTH = 256;
const SECONDS_PER_DAY = 24 * 60 * 60;

export interface CookieSettings {
  /** Name of the platform's own cookie, which holds its id of this browser. */
  readonly platformCookie: string | undefined;
  readonly cookieDays: number;
  /** One id for each site the browser is on, instead of one for all. */
  readonly isPartitioned: boolean;
}

/** This browser's id, and the cookie that keeps it where it is ours. */
export interface KnownUser {
  readonly userId: string;
  readonly setCookie: string | undefined;
}

/**
 * Who this browser is. With a platform cookie nobody else's id will do: undefined while the browser
 * has none, since one of ours would mean nothing to the platform.
 */
export function knownUser(
  cookieHeader: string | undefined,
  settings: CookieSettings,
): KnownUser | undefined {
  if (settings.platformCookie !== undefined) {
    const userId = firstOf(cookieHeader, settings.platformCookie, platformId);
    return userId === undefined ? undefined : { userId, setCookie: undefined };
  }
  const name = settings.isPartitioned ? OWN_COOKIE_OF_SITE : OWN_COOKIE;
  const userId = firstOf(cookieHeader, name, ownId) ?? randomBytes(16).toString('hex');
  return { userId, setCookie: ownCookie(`${name}=${userId}`, settings) };
}

function ownCookie(nameAndValue: string, { cookieDays, isPartitioned }: CookieSettings): string {
  const maxAgeSeconds = cookieDays * SECONDS_PER_DAY;
  const partitioned = isPartitioned ? '; Partitioned' : '';
  return `${nameAndValue}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; Secure; SameSite=None${partitioned}`;
}

/** Anything that does not look like one of ours is not trusted. */
function ownId(value: string): string | undefined {
  return /^[0-9a-f]{32}$/.test(value) ? value : undefined;
}

/** Platforms write ids as they are, in quotes or percent-encoded: what is meant is sent on. */
function platformId(value: string): string | undefined {
  if (!/^[ -~]+$/.test(value)) return undefined;
  const id = percentDecoded(value.replace(/^"(.*)"$/, '$1'));
  const isUsable = id.length <= MAX_ID_LENGTH && id.trim() !== '' && !/\p{C}/u.test(id);
  return isUsable ? id : undefined;
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // An id may have a percent sign of its own.
    return value;
  }
}

/** What the first cookie with this name holds that can be read: there may be several, of several paths. */
function firstOf(
  header: string | undefined,
  name: string,
  read: (value: string) => string | undefined,
): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const cookie = pair.trim();
    const value = cookie.startsWith(`${name}=`) ? read(cookie.slice(name.length + 1)) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}
