import { beforeAll, expect, test } from '@jest/globals';
import { createDmpClient } from '../../cli/dmp/dmp-client.ts';
import { createPangolinClient } from '../../cli/dmp/pangolin-client.ts';
import { startLocalStack, type LocalStack } from '../../cli/local-stack/local-stack.ts';
import { createEmbeddedAudienceMap } from '../../shared/audience-map/embedded-audience-map.ts';
import { readConfig } from '../../shared/config.ts';
import { createDelivery } from '../../shared/delivery/delivery.ts';
import { createDestination } from '../../shared/destinations/registry.ts';
import { basicAuthHeader } from '../../shared/http/basic-auth.ts';
import { createLogger } from '../../shared/logger.ts';
import { signBody } from '../../shared/mapp/signature.ts';
import { createEmbeddedQueue } from '../../shared/queue/embedded-queue.ts';
import { eventually } from '../setup/eventually.ts';

/** What must not be found in the log, in any form in which it travels. */
const MARK = 'marked';
const SECRET = `${MARK}-hmac-secret`;
const BASIC_AUTH = `mapp:${MARK}-password`;
const CREDENTIALS = `pangolin:${MARK}-credentials`;
const OUT = `https://go.flx1.com/uid?pid=${MARK}-out&uid=[[USERID]]`;
const REFUSED_TITLE = `${MARK} refused title`;
const AUDIENCE = 'a.1';

const written: string[] = [];
const log = createLogger('debug', { write: (line) => written.push(line) });
const browserIds: string[] = [];

function lines(): Record<string, unknown>[] {
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function untilLogged(fields: Readonly<Record<string, unknown>>): Promise<void> {
  return eventually(() => {
    expect(lines()).toContainEqual(expect.objectContaining(fields));
  }, 5_000);
}

/** Starts a stack and plays something on it. */
async function onStack(
  variables: Readonly<Record<string, string>>,
  play: (stack: LocalStack) => Promise<void>,
): Promise<void> {
  const local = { PORT: '0', PANGOLIN_PORT: '0', RETRY_WINDOW_SECONDS: '1' };
  const settings = { ...local, HMAC_SECRETS: SECRET, BASIC_AUTH, ...variables };
  const stack = await startLocalStack(readConfig('localStack', settings), log);
  try {
    await play(stack);
  } finally {
    await stack.stop();
  }
}

function dmpOf({ intakeUrl }: LocalStack) {
  return createDmpClient({ url: intakeUrl, secret: SECRET, basicAuth: BASIC_AUTH });
}

/** The calls of a DMP that does nothing wrong, and a platform that does. */
async function playTheFlow(stack: LocalStack): Promise<void> {
  const dmp = dmpOf(stack);
  const pangolin = createPangolinClient(stack.pangolinUrl);
  const user = (number: number) => `${MARK}-user-${number}`;
  await pangolin.setFaults({ refuseUsers: [user(0)], refuseTitles: [REFUSED_TITLE] });

  await dmp.validate();
  await dmp.createAudience(AUDIENCE, `${MARK} audience name`);
  const { body } = await dmp.createAudience('a.2', REFUSED_TITLE);
  expect(JSON.stringify(body)).toContain(REFUSED_TITLE);
  await dmp.addToAudience(AUDIENCE, [user(1), user(0), user(2)]);
  await dmp.removeFromAudience(AUDIENCE, [user(1)]);
  await untilLogged({ event: 'dead_letter_published', reason: 'member-rejected' });

  await pangolin.setFaults({ error500: 1 });
  await dmp.addToAudience(AUDIENCE, [user(3)]);
  await untilLogged({ settled: 'nack', retryReason: 'answered 500' });
  await pangolin.setFaults({ reset: 1 });
  await dmp.createAudience('a.3', `${MARK} third name`);
  await untilLogged({ event: 'dead_letter_published', reason: 'retry-window-ended' });
}

/** Calls of a DMP, or of somebody else, that are wrong in every way. */
async function playMistakes({ intakeUrl }: LocalStack): Promise<void> {
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

async function playUserSync({ intakeUrl }: LocalStack): Promise<void> {
  const sync = (out: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${intakeUrl}/sync?out=${out}`, { redirect: 'manual', headers });
  const cookie = (await sync(OUT)).headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  browserIds.push(cookie.slice(cookie.indexOf('=') + 1));
  expect((await sync(OUT, { Cookie: cookie })).headers.get('set-cookie')).toContain(cookie);
  for (const out of [`https://evil.example/${MARK}`, MARK]) {
    expect((await sync(out)).status).toBe(400);
  }
}

/** A creation that the platform does not answer as it should. */
async function playCreation(stack: LocalStack, reason: string): Promise<void> {
  const created = dmpOf(stack).createAudience('a.4', `${MARK} fourth name`);
  await untilLogged({ settled: 'nack', retryReason: expect.stringContaining(reason) });
  await created;
}

/** Messages that are not ours: they cannot come from intake, so forward's part is called directly. */
async function playForeignMessages(): Promise<void> {
  const deliver = createDelivery({
    destination: createDestination('pangolin', { credentials: () => Promise.resolve(CREDENTIALS) }),
    audienceMap: createEmbeddedAudienceMap(),
    deadLetters: createEmbeddedQueue(),
    memberId: 'uuid',
    retryWindowMs: 60_000,
    leaseMs: 1_000,
    log,
  });
  for (const text of [`${MARK} is no JSON`, `{"version":1,"kind":"${MARK}"}`]) {
    const delivery = { data: Buffer.from(text), messageId: 'm-1', publishTime: new Date() };
    const gone = new AbortController().signal;
    expect(await deliver({ ...delivery, attributes: {} }, gone)).toBe('ack');
  }
}

beforeAll(async () => {
  const credentials = { DESTINATION_CREDENTIALS: CREDENTIALS };
  const down = { ...credentials, DESTINATION_BASE_URL: 'http://127.0.0.1:2' };
  await Promise.all([
    onStack({}, async (stack) => {
      await playTheFlow(stack);
      await playMistakes(stack);
      await playUserSync(stack);
    }),
    onStack(credentials, (stack) => playCreation(stack, 'answered 401')),
    onStack(down, (stack) => playCreation(stack, 'no answer')),
    playForeignMessages(),
  ]);
}, 60_000);

test('the log tells all that happened', () => {
  const events = new Set(lines().map(({ event }) => event));
  for (const event of [
    'request_answered',
    'delivery_settled',
    'dead_letter_published',
    'audience_created',
    'audience_failed',
    'destination_fault',
    'drain_finished',
  ]) {
    expect(events).toContain(event);
  }
});

test('the log has no user id, name, secret, password or URL in it', () => {
  const encoded = [BASIC_AUTH, CREDENTIALS].map((text) => Buffer.from(text).toString('base64'));
  const found = [MARK, ...encoded, ...browserIds].filter((text) =>
    written.some((line) => line.toLowerCase().includes(text.toLowerCase())),
  );
  expect(found).toEqual([]);
  expect(browserIds).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
});

test('the log is one JSON object a line, with severity, message and event', () => {
  for (const line of written) {
    expect(line).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(line)).toEqual(
      expect.objectContaining({
        severity: expect.stringMatching(/^(DEBUG|INFO|WARNING|ERROR)$/),
        message: expect.stringMatching(/./),
        event: expect.stringMatching(/^[a-z]+(_[a-z]+)+$/),
      }),
    );
  }
});
