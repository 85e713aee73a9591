/** Intake from outside, as the DMP sees it. */
import { randomUUID } from 'node:crypto';
import type { Answered, Reply } from '../../shared/destinations/send-request.ts';
import { signCall } from '../dmp/dmp-client.ts';
import { sendCall, sendGet } from '../dmp/send-call.ts';
import { once } from './once.ts';

/** An HTTP answer may take so long; the function may have to start. */
const TIMEOUT_MS = 8_000;

/** A secret as the doctor knows it. `none`: not configured. `unknown`: it cannot be read from here. */
export type Known =
  { readonly kind: 'none' | 'unknown' } | { readonly kind: 'known'; readonly value: string };

/** Calls of intake, of which none publishes anything. Each is made once. */
export interface Intake {
  readonly url: string;
  readonly basicAuth: () => Promise<Known>;
  readonly hmacSecret: () => Promise<Known>;
  /** GET, with Basic Auth where it is known. */
  readonly get: () => Promise<TimedReply>;
  /** VALIDATE, signed with a secret that nobody knows. */
  readonly validateWrongly: () => Promise<Reply>;
  /** VALIDATE, signed with the newest HMAC secret. */
  readonly validate: (hmacSecret: string) => Promise<Reply>;
}

export type TimedReply =
  | Exclude<Reply, Answered>
  | (Answered & {
      /** By this machine's clock, in milliseconds since the epoch. */
      readonly askedAt: number;
      readonly answeredAt: number;
    });

export interface IntakeSettings {
  readonly url: string;
  readonly basicAuth: () => Promise<Known>;
  readonly hmacSecret: () => Promise<Known>;
  /** Milliseconds since the epoch. Default: Date.now. */
  readonly now?: (() => number) | undefined;
}

export function createIntake({ now = Date.now, ...settings }: IntakeSettings): Intake {
  const url = settings.url.replace(/\/$/, '');
  const basicAuth = async (): Promise<string | undefined> => {
    const known = await settings.basicAuth();
    return known.kind === 'known' ? known.value : undefined;
  };
  const validate = async (secret: string): Promise<Reply> => {
    const call = signCall({ url, secret, basicAuth: await basicAuth() }, 'VALIDATE', {});
    return sendCall(call, TIMEOUT_MS);
  };
  const get = async (): Promise<TimedReply> => {
    const target = { url, basicAuth: await basicAuth() };
    const askedAt = now();
    const reply = await sendGet(target, TIMEOUT_MS);
    return reply.kind === 'unanswered' ? reply : { ...reply, askedAt, answeredAt: now() };
  };

  return {
    url,
    basicAuth: settings.basicAuth,
    hmacSecret: settings.hmacSecret,
    get: once(get),
    validateWrongly: once(() => validate(randomUUID())),
    validate,
  };
}
