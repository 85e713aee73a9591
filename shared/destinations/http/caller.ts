import { within } from '../../within.ts';
import type { DestinationSettings } from '../destination.ts';
import { sendRequest, type Answered, type Reply } from '../send-request.ts';
import { authenticated } from './authenticate.ts';
import { credentialsReader } from './credentials.ts';
import type { AnyCall } from './description/calls.ts';
import type { PlatformDescription } from './description/schema.ts';
import { createTokenSource } from './oauth-token.ts';
import { renderRequest } from './render-request.ts';
import type { TemplateValues } from './template.ts';

/** What came of a call. `unsendable`: a value cannot stand where the description puts it. */
export type CallResult = Reply | { readonly kind: 'unsendable'; readonly reason: string };

/** Makes one call to the platform: fills its templates, authenticates, ends within its `timeoutMs`. */
export type Caller = (call: AnyCall, values: TemplateValues) => Promise<CallResult>;

/**
 * A function that calls the platform.
 * @param constants what every template may name, at present
 * @throws ConfigurationError when its credentials are missing.
 */
export function createCaller(
  platform: PlatformDescription,
  settings: DestinationSettings,
  constants: () => TemplateValues,
): Caller {
  const { auth, timeoutMs, headers } = platform;
  const { fetch, now = Date.now } = settings;
  const base = { url: settings.baseUrl ?? platform.baseUrl, headers };
  const credentials = credentialsReader(platform, settings);
  const tokens =
    auth.type === 'oauth2-client-credentials'
      ? createTokenSource(auth, { fetch, timeoutMs, baseUrl: base.url, now })
      : undefined;

  return async (call, values) => {
    const { main, named } = await credentials();
    const all = { ...constants(), ...named, ...values };
    const request = renderRequest(call, all, base);
    if ('problem' in request) return { kind: 'unsendable', reason: request.problem };
    // Tokens count as well: the lease of what is sent outlasts one timeout, not several.
    const deadline = performance.now() + timeoutMs;
    const send = (secret: string) => {
      const remainingMs = Math.max(1, Math.ceil(deadline - performance.now()));
      return sendRequest(authenticated(request, auth, secret), { fetch, timeoutMs: remainingMs });
    };
    if (tokens === undefined) return send(main);

    for (;;) {
      const result = (await within(tokens.get(main), deadline - performance.now())) ?? LATE;
      if ('unanswered' in result) return { kind: 'unanswered', reason: result.unanswered };
      if ('answered' in result) return tokenRefused(result.answered);
      const reply = await send(result.token);
      if (reply.kind === 'unanswered' || reply.status !== 401) return reply;
      // It may have been revoked before its time; a new one is refused for another reason.
      tokens.forget(result.token);
      if (result.isNew) return reply;
    }
  };
}

const LATE = { unanswered: 'no token in time' } as const;

/** The token endpoint answers 400 to wrong credentials (RFC 6749, section 5.2): ours, not the members'. */
function tokenRefused(answer: Answered): Answered {
  const isOurs = answer.status < 500 && answer.status !== 429;
  return isOurs ? { ...answer, status: 401, body: '' } : { ...answer, body: '' };
}
