import { GoogleAuth } from 'google-auth-library';
import { within } from '../../../shared/within.ts';
import { LOOK_TIMEOUT_MS } from './google-call.ts';

/** What a request of Google's REST APIs proves its caller with, or why there is nothing. */
export type GoogleCaller =
  { readonly headers: Readonly<Record<string, string>> } | { readonly problem: string };

/** What of `GoogleAuth` is used. */
export interface Authenticator {
  getRequestHeaders(): Promise<Headers>;
}

/** Looks for the credentials of whoever runs the doctor, as all of Google's clients do. Does not throw. */
export async function findGoogleCaller(
  auth: Authenticator = new GoogleAuth({
    scopes: 'https://www.googleapis.com/auth/cloud-platform',
  }),
): Promise<GoogleCaller> {
  try {
    const headers = await within(auth.getRequestHeaders(), LOOK_TIMEOUT_MS);
    if (headers === undefined) return { problem: 'Google did not answer in time' };
    return { headers: Object.fromEntries(headers) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** Never the error's own words, which may quote a file with a key. */
function problemOf(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  if (text.includes('Could not load the default credentials')) return 'there are none';
  const [code] = /\binvalid_[a-z]+\b/.exec(text) ?? [];
  return `Google gave no token for them${code === undefined ? '' : ` (${code})`}`;
}
