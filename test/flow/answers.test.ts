import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startLocalStack, type LocalStack } from '../../cli/local-stack/local-stack.ts';
import { readConfig, type Environment } from '../../shared/config.ts';
import { createLogger } from '../../shared/logger.ts';
import { answersContract, send } from './answers.contract.ts';

const MAX_BODY_BYTES = 20_000;

function startStack(variables: Environment): Promise<LocalStack> {
  const config = readConfig('localStack', { PORT: '0', PANGOLIN_PORT: '0', ...variables });
  return startLocalStack(config, createLogger('silent'));
}

describe("intake's answers, on the local stack", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startStack({ MAX_BODY_BYTES: String(MAX_BODY_BYTES) });
  });
  afterAll(() => stack.stop());

  answersContract(() => stack.intakeUrl, MAX_BODY_BYTES);

  test('/healthz answers 200', async () => {
    expect((await fetch(`${stack.intakeUrl}/healthz`)).status).toBe(200);
  });
});

describe("intake's answers, with Basic Auth and two secrets", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startStack({
      BASIC_AUTH: 'mapp:pass:word',
      HMAC_SECRETS: 'new,local-secret',
      MAX_BODY_BYTES: String(MAX_BODY_BYTES),
    });
  });
  afterAll(() => stack.stop());

  const authorization = (credentials: string) => ({
    Authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
  });

  test('the older of two secrets is accepted', async () => {
    const headers = authorization('mapp:pass:word');
    expect((await send(stack.intakeUrl, { query: '?type=VALIDATE', headers })).status).toBe(200);
  });

  test.each([
    ['missing', {}],
    ['wrong', authorization('mapp:password')],
    ['of another scheme', { Authorization: 'Bearer mapp:pass:word' }],
  ])('401 when Basic Auth is %s, of POST and of GET', async (_, headers) => {
    for (const method of ['POST', 'GET']) {
      const answer = await send(stack.intakeUrl, { method, query: '?type=VALIDATE', headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/);
      expect(JSON.parse(answer.text)).toEqual({
        error: expect.stringMatching(/^Authorization: /),
      });
    }
  });

  test('what is wrong is told in the order of cost and trust', async () => {
    const wrong = { method: 'PUT', query: '?type=NO', body: 'x'.repeat(MAX_BODY_BYTES + 1) };
    const headers = { 'Content-Type': 'text/plain' };
    const authorized = authorization('mapp:pass:word');
    const calls = [
      { ...wrong, headers, signature: null },
      { ...wrong, method: 'POST', headers, signature: null },
      { ...wrong, method: 'POST', signature: null },
      { ...wrong, method: 'POST', headers: authorized, signature: null },
      { ...wrong, method: 'POST', headers: authorized, signature: null, body: '{' },
      { ...wrong, method: 'POST', headers: authorized, body: '{' },
      { ...wrong, method: 'POST', headers: authorized, body: '{', query: '?type=ADD_TO_AUDIENCE' },
    ];
    const fields: string[] = [];
    for (const call of calls) {
      const { status, text } = await send(stack.intakeUrl, call);
      fields.push(`${status} ${/"error":"([\w -]+)/.exec(text)?.[1] ?? ''}`);
    }
    expect(fields).toEqual([
      '405 method',
      '415 Content-Type',
      '401 Authorization',
      `413 The body is larger than ${MAX_BODY_BYTES} bytes`,
      '401 X-HMAC',
      '400 type',
      '400 body',
    ]);
  });
});
