import { randomBytes } from 'node:crypto';
import { MAPP_SYNC_HOSTS, readOut, syncRedirect } from '../../shared/mapp/user-sync.ts';
import { failure, type Answer } from './answers.ts';
import type { Call } from './call.ts';

const COOKIE = 'pangolin_id';

/** The platform's side of user syncing: redirects to `out` with this browser's id in it. */
export function sync(call: Call): Answer {
  const out = readOut(`/sync?${call.query}`);
  const known = new RegExp(`(?:^|;\\s*)${COOKIE}=([0-9a-f]+)`).exec(call.headers.cookie ?? '')?.[1];
  const userId = known ?? randomBytes(8).toString('hex');
  const location = out === undefined ? undefined : syncRedirect(out, userId, MAPP_SYNC_HOSTS);
  if (location === undefined) return failure(400, 'out is no URL this platform redirects to.');
  const cookie = `${COOKIE}=${userId}; Path=/; HttpOnly`;
  return { status: 302, headers: { location, 'set-cookie': cookie }, body: '' };
}
