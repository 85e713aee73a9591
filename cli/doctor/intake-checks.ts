import type { Reply } from '../../shared/destinations/send-request.ts';
import { fail, ok, skip, type Finding } from './check.ts';
import type { Intake } from './intake.ts';

/** What to do about intake's answers, which differs between a deployment and the local stack. */
export interface IntakeAdvice {
  /** It does not answer, or something else does. */
  readonly unreachable: string;
  readonly otherSecret: string;
  readonly otherBasicAuth: string;
  readonly secretsUnreadable: string;
  /** Something before intake refuses the call. */
  readonly notPublic: string;
}

/** Whether intake answers the DMP's GET. */
export async function intakeFinding(intake: Intake, advice: IntakeAdvice): Promise<Finding> {
  const { url } = intake;
  const reply = await intake.get();
  if (reply.kind === 'unanswered') return fail(`${url}: ${reply.reason}`, advice.unreachable);
  const basicAuth = await intake.basicAuth();
  if (basicAuth.kind === 'unknown') {
    if (reply.status === 401) return ok(`${url} answers, and demands Basic Auth`);
    if (reply.status === 200) {
      return fail(`${url} demands no Basic Auth, though there is a secret`, advice.otherBasicAuth);
    }
  }
  if (reply.status === 200) return ok(`${url} answers 200`);
  if (reply.status === 401) {
    const what = basicAuth.kind === 'none' ? 'demands Basic Auth' : 'refuses the newest Basic Auth';
    return fail(`${url} ${what}`, advice.otherBasicAuth);
  }
  return otherAnswer(reply.status, `${url} answers`, advice);
}

/** Whether intake accepts a call that is signed with the newest secret. VALIDATE publishes nothing. */
export async function signedFinding(intake: Intake, advice: IntakeAdvice): Promise<Finding> {
  const blocked = await blocking(intake);
  if (blocked !== undefined) return blocked;
  const secret = await intake.hmacSecret();
  if (secret.kind !== 'known') return skip('no HMAC secret to sign with can be read from here');
  const reply = await intake.validate(secret.value);
  return validated(reply, advice, (status) => {
    if (status === 200) return ok('VALIDATE, signed with the newest HMAC secret, is accepted');
    if (status !== 401) return undefined;
    return fail('VALIDATE, signed with the newest HMAC secret, is refused', advice.otherSecret);
  });
}

/** Whether intake refuses a call that is signed with another secret. */
export async function wronglySignedFinding(intake: Intake, advice: IntakeAdvice): Promise<Finding> {
  const blocked = await blocking(intake);
  if (blocked !== undefined) return blocked;
  return validated(await intake.validateWrongly(), advice, (status) => {
    if (status === 401) return ok('VALIDATE with a wrong signature is refused');
    if (status !== 200) return undefined;
    const text = 'VALIDATE with a wrong signature is accepted: anybody can send mutations';
    return fail(text, advice.unreachable);
  });
}

/** Why a signed call would tell nothing. */
async function blocking(intake: Intake): Promise<Finding | undefined> {
  const reply = await intake.get();
  if (reply.kind === 'unanswered') return skip('intake did not answer');
  const basicAuth = await intake.basicAuth();
  if (basicAuth.kind === 'unknown')
    return skip('Basic Auth cannot be read from here, and comes first');
  return reply.status === 401 ? skip('Basic Auth is refused, and comes first') : undefined;
}

function validated(
  reply: Reply,
  advice: IntakeAdvice,
  meaningOf: (status: number) => Finding | undefined,
): Finding {
  if (reply.kind === 'unanswered') return fail(`VALIDATE: ${reply.reason}`, advice.unreachable);
  return meaningOf(reply.status) ?? otherAnswer(reply.status, 'VALIDATE is answered', advice);
}

function otherAnswer(status: number, what: string, advice: IntakeAdvice): Finding {
  if (status === 403) return fail(`${what} 403`, advice.notPublic);
  if (status === 503) return fail(`${what} 503`, advice.secretsUnreadable);
  return fail(`${what} ${status}`, advice.unreachable);
}
