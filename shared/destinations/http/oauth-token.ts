import { z } from 'zod';
import { basicAuthHeader } from '../../http/basic-auth.ts';
import { classifyStatus } from '../classify-status.ts';
import { sendRequest, type Answered, type SendSettings } from '../send-request.ts';
import type { AuthDescription } from './description/auth.ts';
import { parseAnswer } from './pointer.ts';

type OAuth = Extract<AuthDescription, { type: 'oauth2-client-credentials' }>;

/** A token, or why there is none: `answered` when the third party refuses it. */
export type TokenResult =
  | { readonly token: string; readonly isNew: boolean }
  | { readonly unanswered: string }
  | { readonly answered: Answered };

export interface TokenSource {
  get(clientCredentials: string): Promise<TokenResult>;
  /** Forgets a token that the third party does not accept any more. */
  forget(token: string): void;
}

/** RFC 6749, section 5.1; `expires_in` is only recommended there. */
const answer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().default(300),
});
/** A token is renewed when so much of its life is over. */
const USED_SHARE = 0.9;

export interface TokenSettings extends SendSettings {
  readonly baseUrl: string;
  readonly now: () => number;
}

/** Gets tokens by client credentials (RFC 6749, section 4.4): one at a time, kept until it expires. */
export function createTokenSource(auth: OAuth, settings: TokenSettings): TokenSource {
  let held: { token: string; until: number; of: string } | undefined;
  let underWay: { of: string; result: Promise<TokenResult> } | undefined;

  async function ask(clientCredentials: string): Promise<TokenResult> {
    const askedAt = settings.now();
    const reply = await sendRequest(tokenRequest(auth, clientCredentials, settings), settings);
    if (reply.kind === 'unanswered') return { unanswered: reply.reason };
    if (classifyStatus(reply.status) !== 'ok') return { answered: reply };
    const { data } = answer.safeParse(parseAnswer(reply.body));
    if (data === undefined) return { answered: { ...reply, status: 401 } };
    const until = askedAt + data.expires_in * 1_000 * USED_SHARE;
    held = { token: data.access_token, until, of: clientCredentials };
    return { token: data.access_token, isNew: true };
  }

  return {
    get: (clientCredentials) => {
      if (held?.of === clientCredentials && settings.now() < held.until) {
        return Promise.resolve({ token: held.token, isNew: false });
      }
      if (underWay?.of === clientCredentials) return underWay.result;
      const result = ask(clientCredentials).finally(() => {
        underWay = undefined;
      });
      underWay = { of: clientCredentials, result };
      return result;
    },
    forget: (token) => {
      if (held?.token === token) held = undefined;
    },
  };
}

function tokenRequest(auth: OAuth, clientCredentials: string, { baseUrl }: TokenSettings) {
  const colon = clientCredentials.indexOf(':');
  const id = clientCredentials.slice(0, colon);
  const secret = clientCredentials.slice(colon + 1);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(auth.scope === undefined ? {} : { scope: auth.scope }),
    ...(auth.clientAuth === 'body' ? { client_id: id, client_secret: secret } : {}),
    ...auth.parameters,
  });
  const isPath = auth.tokenUrl.startsWith('/');
  // RFC 6749, section 2.3.1: both are form-encoded before they are put together.
  const encoded = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return {
    method: 'POST',
    url: new URL(isPath ? baseUrl.replace(/\/$/, '') + auth.tokenUrl : auth.tokenUrl),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      ...(auth.clientAuth === 'basic' ? { authorization: basicAuthHeader(encoded) } : {}),
    },
    body: form.toString(),
  };
}
