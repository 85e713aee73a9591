/** Calls of a DMP, of a browser or of somebody else, that are wrong in every way. */
import { expect } from '@jest/globals';
import { basicAuthHeader } from '../../../shared/http/basic-auth.ts';
import { signBody } from '../../../shared/mapp/signature.ts';
import { AUDIENCE, BASIC_AUTH, MARK, SECRET } from './marks.ts';
import type { MarkedStack } from './on-stack.ts';

const OUT = `https://go.flx1.com/uid?pid=${MARK}-out&uid=[[USERID]]`;

export async function playMistakes({ intakeUrl, untilLogged }: MarkedStack): Promise<void> {
  const invalid = [{ Audience: AUDIENCE, Uuid: { id: MARK } }, { Audience: `${MARK}\n` }, MARK];
  const good = { Audience: AUDIENCE, External_user_id: `${MARK}-good` };
  const send = (type: string, text: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${intakeUrl}/?type=${type}&user=${MARK}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: basicAuthHeader(BASIC_AUTH),
        'X-HMAC': signBody(text, SECRET),
        ...headers,
      },
      body: text,
    });
  const mutations = (entries: readonly unknown[]) =>
    JSON.stringify({ Type: 'ADD_TO_AUDIENCE', Mutations: entries });

  await send('ADD_TO_AUDIENCE', mutations([...invalid, good]));
  await send('ADD_TO_AUDIENCE', mutations(invalid));
  await untilLogged({ event: 'dead_letter_published', reason: 'entry-invalid' });
  const answers = await Promise.all([
    send('ADD_TO_AUDIENCE', `{"Type":"ADD_TO_AUDIENCE", ${MARK}`),
    send('ADD_TO_AUDIENCE', JSON.stringify({ Type: 'ADD_TO_AUDIENCE', Mutations: MARK })),
    send(MARK, JSON.stringify({ Type: MARK })),
    send('CREATE_AUDIENCE', JSON.stringify({ Type: 'CREATE_AUDIENCE', Name: `${MARK}\0` })),
    send('ADD_TO_AUDIENCE', mutations([good]), { 'X-HMAC': signBody(MARK, `${MARK}-guess`) }),
    send('ADD_TO_AUDIENCE', mutations([good]), { Authorization: basicAuthHeader(`x:${MARK}`) }),
    send('ADD_TO_AUDIENCE', mutations([good]), { 'Content-Type': `text/${MARK}` }),
    send('VALIDATE', '', { 'X-Cloud-Trace-Context': MARK, 'X-HMAC': MARK }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 401, 401, 415, 401]);
}

/** @returns the ids the browser got */
export async function playUserSync({ intakeUrl }: MarkedStack): Promise<string[]> {
  const sync = (out: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${intakeUrl}/sync?out=${out}`, { redirect: 'manual', headers });
  const cookie = (await sync(OUT)).headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  expect((await sync(OUT, { Cookie: cookie })).headers.get('set-cookie')).toContain(cookie);
  for (const out of [`https://evil.example/${MARK}`, MARK]) {
    expect((await sync(out)).status).toBe(400);
  }
  return [cookie.slice(cookie.indexOf('=') + 1)];
}
