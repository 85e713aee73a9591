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
    stack = await startStack({ BASIC_AUTH: 'mapp:pass:word', HMAC_SECRETS: 'new,local-secret' });
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
});
