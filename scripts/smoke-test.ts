/**
 * `node scripts/smoke-test.ts URL`: after a deployment, whether intake answers as it must at its public
 * URL. It needs no secret: that a wrong signature is answered 401 and not 503 tells that intake could
 * read its own. With HMAC_SECRETS and BASIC_AUTH set, it plays the signed VALIDATE as well.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDmpClient } from '../cli/dmp/dmp-client.ts';
import { environment } from '../shared/config.ts';
import { basicAuthHeader } from '../shared/http/basic-auth.ts';
import { isBaseUrl } from '../shared/http/base-url.ts';

/** A new revision, or its grant to everybody, can take a while to be known everywhere. */
const ATTEMPTS = 12;
const PAUSE_MS = 5_000;
const TIMEOUT_MS = 10_000;

interface Check {
  readonly name: string;
  readonly expected: readonly number[];
  readonly advice: string;
  readonly play: () => Promise<number>;
}

function checksOf(url: string): Check[] {
  const { HMAC_SECRETS, BASIC_AUTH } = environment;
  const basicAuth = BASIC_AUTH === '' ? undefined : BASIC_AUTH;
  const validate = async (secret: string) =>
    (await createDmpClient({ url, secret, basicAuth }).validate()).status;
  const unsigned = async () => {
    const headers = basicAuth === undefined ? {} : { Authorization: basicAuthHeader(basicAuth) };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return answer.status;
  };
  const secret = HMAC_SECRETS?.split(',')[0] ?? '';
  return [
    {
      name: 'GET, as VALIDATE may come',
      // Without the password, a relay that demands one refuses.
      expected: basicAuth === undefined ? [200, 401] : [200],
      advice: 'is the function deployed, and may allUsers invoke it (intake.tf)?',
      play: unsigned,
    },
    {
      name: 'VALIDATE with a wrong signature',
      expected: [401],
      advice: '200: intake takes anything! 503: it cannot read its secret; add a version to it',
      play: () => validate('not-the-secret-of-this-relay'),
    },
    ...(secret === ''
      ? []
      : [
          {
            name: 'VALIDATE, signed',
            expected: [200],
            advice: 'is HMAC_SECRETS the newest version of the secret?',
            play: () => validate(secret),
          },
        ]),
  ];
}

async function passes({ name, expected, advice, play }: Check, pauseMs: number): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const status = await play().catch((error: unknown) => {
      return error instanceof Error ? error.message : String(error);
    });
    if (expected.some((one) => one === status)) {
      console.log(`ok    ${name}: ${status}`);
      return true;
    }
    if (attempt === ATTEMPTS) {
      console.log(`FAIL  ${name}: ${status}, not ${expected.join(' or ')}: ${advice}`);
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
