import { performance } from 'node:perf_hooks';
import { basicAuthHeader } from '../../shared/http/basic-auth.ts';
import type { CallType } from '../../shared/mapp/parse-call.ts';
import { signBody } from '../../shared/mapp/signature.ts';
import { creationOf } from './creation.ts';
import { mutationsOf } from './mutations.ts';

export interface DmpSettings {
  readonly url: string;
  readonly secret: string;
  /** `user:password` */
  readonly basicAuth?: string | undefined;
}

export interface DmpAnswer {
  readonly status: number;
  /** The JSON body; undefined when there is none. */
  readonly body: unknown;
  readonly headers: Headers;
  readonly durationMs: number;
}

/** A call as the DMP would make it: what to send, and the signature over exactly those bytes. */
export interface SignedCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Signs a call as the DMP does. */
export function signCall(
  { url, secret, basicAuth }: DmpSettings,
  type: CallType,
  fields: Readonly<Record<string, unknown>>,
): SignedCall {
  const body = JSON.stringify({ Type: type, ...fields });
  return {
    url: `${url}/?type=${type}`,
    headers: {
      'Content-Type': 'application/json',
      'X-HMAC': signBody(body, secret),
      ...authorization(basicAuth),
    },
    body,
  };
}

/** The header that carries the credentials (`user:password`), where there are some. */
export function authorization(basicAuth: string | undefined): Readonly<Record<string, string>> {
  return basicAuth === undefined ? {} : { Authorization: basicAuthHeader(basicAuth) };
}

/**
 * Plays the DMP: one method per call of the protocol, shaped like the vendor's samples.
 * They throw what fetch throws when nothing answers, and SyntaxError, naming the status, when the answer
 * is not one of a relay.
 */
export function createDmpClient(settings: DmpSettings) {
  const send = async (type: CallType, fields: Record<string, unknown>): Promise<DmpAnswer> => {
    const { url, headers, body } = signCall(settings, type, fields);
    const startedAt = performance.now();
    const response = await fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    return {
      status: response.status,
      body: bodyIn(text, response.status),
      headers: response.headers,
      durationMs: performance.now() - startedAt,
    };
  };
  const mutations = (audiences: readonly string[], users: readonly string[]) => ({
    Mutations: audiences.flatMap((audience) => mutationsOf(audience, users)),
  });

  return {
    validate: () => send('VALIDATE', {}),
    createAudience: (audience: string, name: string) =>
      send('CREATE_AUDIENCE', creationOf(audience, name)),
    /** `users` are the third party's ids. */
    addToAudience: (audience: string, users: readonly string[]) =>
      send('ADD_TO_AUDIENCE', mutations([audience], users)),
    removeFromAudience: (audience: string, users: readonly string[]) =>
      send('REMOVE_FROM_AUDIENCE', mutations([audience], users)),
    /** One request may be over several audiences. */
    addToAudiences: (audiences: readonly string[], users: readonly string[]) =>
      send('ADD_TO_AUDIENCE', mutations(audiences, users)),
  };
}

function bodyIn(text: string, status: number): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Intake answered ${status}, and not in JSON`, { cause });
  }
}

export type DmpClient = ReturnType<typeof createDmpClient>;
