/**
 * `node scripts/smoke-test.ts URL`: after a deployment, whether intake answers as it must at its public
 * URL. It needs no secret: that a wrong signature is answered 401 and not 503 tells that intake could
 * read its own. With HMAC_SECRETS and BASIC_AUTH set, it plays the signed VALIDATE as well.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { signCall } from '../cli/dmp/dmp-client.ts';
import { statusOf } from '../cli/dmp/read-reply.ts';
import { sendCall, sendGet } from '../cli/dmp/send-call.ts';
import { environment } from '../shared/config.ts';
import type { Reply } from '../shared/destinations/send-request.ts';
import { isBaseUrl } from '../shared/http/base-url.ts';

/** A new revision, or its grant to everybody, can take a while to be known everywhere. */
const ATTEMPTS = 12;
const PAUSE_MS = 5_000;
const TIMEOUT_MS = 10_000;

/** What to look at, by status; `none`: no answer. */
type Advice = Readonly<Partial<Record<number | 'none', string>>>;

interface Check {
  readonly name: string;
  readonly expected: readonly number[];
  /** What this check in particular tells by a status. */
  readonly advice: Advice;
  readonly play: () => Promise<Reply>;
}

const ADVICE: Advice = {
  403: 'Google refuses the call: may allUsers invoke it (intake.tf)?',
  503: 'it cannot read its secret; add a version to it',
  none: 'is the function deployed, and is that its URL?',
};
const OTHER_ADVICE = 'that is no answer of intake: is that the URL that is registered with Mapp?';

function checksOf(url: string): Check[] {
  const { HMAC_SECRETS, BASIC_AUTH } = environment;
  const basicAuth = BASIC_AUTH === '' ? undefined : BASIC_AUTH;
  const secret = HMAC_SECRETS?.split(',')[0] ?? '';
  const validate = (secret: string) =>
    sendCall(signCall({ url, secret, basicAuth }, 'VALIDATE', {}), TIMEOUT_MS);
  return [
    {
      name: 'GET, as VALIDATE may come',
      // Without the password, a relay that demands one refuses.
      expected: basicAuth === undefined ? [200, 401] : [200],
      advice: { 401: 'is BASIC_AUTH the newest version of the password?' },
      play: () => sendGet({ url, basicAuth }, TIMEOUT_MS),
    },
    {
      name: 'VALIDATE with a wrong signature',
      expected: [401],
      advice: { 200: 'intake takes anything!' },
      play: () => validate('not-the-secret-of-this-relay'),
    },
    ...(secret === ''
      ? []
      : [
          {
            name: 'VALIDATE, signed',
            expected: [200],
            advice: {
              401: 'is HMAC_SECRETS the newest version of the secret, and BASIC_AUTH of the password?',
            },
            play: () => validate(secret),
          },
        ]),
  ];
}

async function passes({ name, expected, advice, play }: Check, pauseMs: number): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const reply = await play();
    const status = statusOf(reply) ?? 'none';
    if (expected.some((one) => one === status)) {
      console.log(`ok    ${name}: ${status}`);
      return true;
    }
    if (attempt === ATTEMPTS) {
      const got = reply.kind === 'answered' ? reply.status : reply.reason;
      const next = advice[status] ?? ADVICE[status] ?? OTHER_ADVICE;
      console.log(`FAIL  ${name}: ${got}, not ${expected.join(' or ')}: ${next}`);
      return false;
    }
    await sleep(pauseMs);
  }
}

const [given = '', pauseMs = PAUSE_MS] = process.argv.slice(2);
const url = given.replace(/\/$/, '');
if (!isBaseUrl(url)) {
  console.error(
    'Usage: node scripts/smoke-test.ts https://…, the URL that is registered with Mapp.',
  );
  process.exitCode = 2;
} else {
  for (const check of checksOf(url)) {
    if (!(await passes(check, Number(pauseMs)))) process.exitCode = 1;
  }
}
